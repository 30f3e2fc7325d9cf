((_ target: (identifier) @_call . (arguments . (_) @qualified) (do_block) @body) @definition.module
  (#any-of? @_call "defmodule" "defprotocol" "defimpl"))

; def unquote(head)
((_ target: (identifier) @_call . (arguments . (_ . target: (identifier) @_unquote) @name) (do_block)? @body)
 @definition.function (#any-of? @_call "def" "defp") (#eq? @_unquote "unquote"))

; def name(…) when …, def unquote(name)(…), with a block or `do:`
((_ target: (identifier) @_call . (arguments . [
   (identifier) @name
   (_ . target: [(identifier) (call)] @name)
   (_ . left: (_ . target: [(identifier) (call)] @name) operator: "when")
   (_ . left: (identifier) @name operator: "when")
 ]) (do_block)? @body) @definition.function
 (#any-of? @_call "def" "defp" "defn" "defnp" "defdelegate"))
((_ target: (identifier) @_call . (arguments . [
   (_ . left: (_ operator: _ @name) operator: "when")
   (_ operator: _ @name)
 ]) (do_block)? @body) @definition.function
 (#any-of? @_call "def" "defp"))
((_ target: (identifier) @_call . (arguments . [
   (identifier) @name
   (_ . target: [(identifier) (call)] @name)
   (_ . left: (_ . target: [(identifier) (call)] @name) operator: "when")
   (_ . left: (_ operator: _ @name) operator: "when")
   (_ operator: _ @name)
 ]) (do_block)? @body) @definition.macro
 (#any-of? @_call "defmacro" "defmacrop" "defguard" "defguardp"))

((_ target: (identifier) @_call . (arguments . (string) @name) (do_block) @body) @definition.suite (#eq? @_call "describe"))
((_ target: (identifier) @_call . (arguments . (string) @name) (do_block) @body) @definition.test (#any-of? @_call "test" "property"))

((unary_operator operand: (_ . target: (identifier) @_attribute (arguments (_ . left: [
   (identifier) @member.type
   (_ . target: (identifier) @member.type)
   (_ . left: [(identifier) @member.type (_ . target: (identifier) @member.type)] operator: "::")
 ]))))
 (#any-of? @_attribute "type" "typep" "opaque" "callback" "macrocallback"))
((unary_operator "@" operand: (_ . target: (identifier) @member.constant (arguments))) @span
 (#not-match? @member.constant "^(doc|moduledoc|typedoc|shortdoc|spec|type|typep|opaque|callback|macrocallback|optional_callbacks|impl|behaviour|derive|deprecated|since|tag|moduletag|describetag|enforce_keys|compile|dialyzer|before_compile|after_compile|on_load|on_definition|external_resource)$"))
((_ target: (identifier) @_call . (arguments [
   (list (atom) @member.field)
   (list (keywords (pair key: (keyword) @member.field)))
   (keywords (pair key: (keyword) @member.field))
 ]))
 (#any-of? @_call "defstruct" "defexception"))
((unary_operator operand: (_ . target: (identifier) @_attribute)) @prefix
 (#any-of? @_attribute "doc" "spec" "impl" "deprecated" "tag"))
((unary_operator operand: (_ . target: (identifier) @_attribute (arguments [(string) (sigil)] @doc)))
 (#any-of? @_attribute "doc" "moduledoc"))
