((call target: (identifier) @_call (arguments . (_) @qualified) (do_block) @body) @definition.module
  (#any-of? @_call "defmodule" "defprotocol" "defimpl"))

; def unquote(head)
((call target: (identifier) @_call (arguments . (call target: (identifier) @_unquote) @name) (do_block)? @body)
 @definition.function (#any-of? @_call "def" "defp") (#eq? @_unquote "unquote"))

; def name(…) when …, def unquote(name)(…), with a block or `do:`
((call target: (identifier) @_call (arguments . [
   (identifier) @name
   (call target: [(identifier) (call)] @name)
   (binary_operator left: (call target: [(identifier) (call)] @name) operator: "when")
   (binary_operator left: (identifier) @name operator: "when")
 ]) (do_block)? @body) @definition.function
 (#any-of? @_call "def" "defp" "defn" "defnp" "defdelegate"))
((call target: (identifier) @_call (arguments . [
   (binary_operator left: [(binary_operator operator: _ @name) (unary_operator operator: _ @name)] operator: "when")
   (binary_operator operator: _ @name)
   (unary_operator operator: _ @name)
 ]) (do_block)? @body) @definition.function
 (#any-of? @_call "def" "defp"))
((call target: (identifier) @_call (arguments . [
   (identifier) @name
   (call target: [(identifier) (call)] @name)
   (binary_operator left: (call target: [(identifier) (call)] @name) operator: "when")
   (binary_operator left: [(binary_operator operator: _ @name) (unary_operator operator: _ @name)] operator: "when")
   (binary_operator operator: _ @name)
   (unary_operator operator: _ @name)
 ]) (do_block)? @body) @definition.macro
 (#any-of? @_call "defmacro" "defmacrop" "defguard" "defguardp"))

((call target: (identifier) @_call (arguments . (string) @name) (do_block) @body) @definition.suite (#eq? @_call "describe"))
((call target: (identifier) @_call (arguments . (string) @name) (do_block) @body) @definition.test (#any-of? @_call "test" "property"))

((unary_operator operand: (call target: (identifier) @_attribute (arguments (binary_operator left: [
   (identifier) @member.type
   (call target: (identifier) @member.type)
   (binary_operator left: [(identifier) @member.type (call target: (identifier) @member.type)] operator: "::")
 ]))))
 (#any-of? @_attribute "type" "typep" "opaque" "callback" "macrocallback"))
((unary_operator "@" operand: (call target: (identifier) @member.constant (arguments))) @span
 (#not-match? @member.constant "^(doc|moduledoc|typedoc|shortdoc|spec|type|typep|opaque|callback|macrocallback|optional_callbacks|impl|behaviour|derive|deprecated|since|tag|moduletag|describetag|enforce_keys|compile|dialyzer|before_compile|after_compile|on_load|on_definition|external_resource)$"))
((call target: (identifier) @_call (arguments [
   (list (atom) @member.field)
   (list (keywords (pair key: (keyword) @member.field)))
   (keywords (pair key: (keyword) @member.field))
 ]))
 (#any-of? @_call "defstruct" "defexception"))
((unary_operator operand: (call target: (identifier) @_attribute)) @prefix
 (#any-of? @_attribute "doc" "spec" "impl" "deprecated" "tag"))
((unary_operator operand: (call target: (identifier) @_attribute (arguments [(string) (sigil)] @doc)))
 (#any-of? @_attribute "doc" "moduledoc"))
