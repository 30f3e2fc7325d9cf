(function_definition name: (_) @name body: (_)? @body) @definition.function
(function_declaration name: (_) @name) @definition.function
(class_definition name: (_) @name body: (_)? @body) @definition.class
(object_definition name: (_) @name body: (_)? @body) @definition.object
(package_object name: (_) @name body: (_)? @body) @definition.object
(trait_definition name: (_) @name body: (_)? @body) @definition.trait
(enum_definition name: (_) @name body: (_)? @body) @definition.enum
(given_definition [name: (_) @name return_type: (_) @name] body: (_)? @body) @definition.object
(extension_definition parameters: (_ (_ type: (_) @name)) body: (_)? @body) @definition.extension
(type_definition name: (_) @name) @definition.type
(val_definition pattern: (identifier) @name value: (lambda_expression)) @definition.function

(package_clause name: (_) @scope !body)
(package_clause name: (_) @name body: (_)) @definition.namespace
(annotation) @prefix

([
   (template_body (_ ["val" "var"] [pattern: (_) @pattern.field name: (identifier) @pattern.field]) @span)
   (enum_body (_ ["val" "var"] pattern: (_) @pattern.field) @span)
 ])
(compilation_unit (_ "val" pattern: (_) @pattern.constant) @span)
(compilation_unit (_ "var" pattern: (_) @pattern.variable) @span)
(enum_body (enum_case_definitions (_ name: (_) @member.enumerator) @span))
(class_parameter name: (identifier) @member.field) @span

; tests of MUnit and ScalaTest
((call_expression function: (_ function: (identifier) @_call arguments: (arguments . (_) @name))
   arguments: [(block) (case_block)] @body) @definition.suite
  (#any-of? @_call "describe" "feature"))
((call_expression function: (_ function: (identifier) @_call arguments: (arguments . (_) @name))
   arguments: [(block) (case_block)] @body) @definition.test
  (#any-of? @_call "test" "it" "property" "scenario"))
((infix_expression left: (_ operator: (identifier) @_verb right: (string) @name)
   operator: (identifier) @_in right: (block) @body) @definition.test
  (#any-of? @_verb "should" "must" "can") (#eq? @_in "in"))
; words of a WordSpec, "in" of a FreeSpec
((infix_expression left: (string) @name operator: (_) @_verb right: (block) @body) @definition.suite
  (#any-of? @_verb "when" "should" "must" "can" "that" "which" "-"))
((infix_expression left: (string) @name operator: (_) @_in right: (block) @body) @definition.test
  (#eq? @_in "in"))
