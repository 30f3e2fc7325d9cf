(function_definition name: (_) @name body: (_)? @body) @definition.function
(function_declaration name: (_) @name) @definition.function
(class_definition name: (_) @name body: (_)? @body) @definition.class
(object_definition name: (_) @name body: (_)? @body) @definition.object
(package_object name: (_) @name body: (_)? @body) @definition.object
(trait_definition name: (_) @name body: (_)? @body) @definition.trait
(enum_definition name: (_) @name body: (_)? @body) @definition.enum
(given_definition name: (_) @name body: (_)? @body) @definition.object
(given_definition return_type: (_) @name body: (_)? @body) @definition.object
(extension_definition parameters: (parameters (parameter type: (_) @name)) body: (_)? @body) @definition.extension
(type_definition name: (_) @name) @definition.type
(val_definition pattern: (identifier) @name value: (lambda_expression)) @definition.function

(package_clause name: (_) @scope !body)
(package_clause name: (_) @name body: (_)) @definition.namespace
(annotation) @prefix

(template_body (val_definition pattern: (identifier) @member.field) @span)
(template_body (var_definition pattern: (identifier) @member.field) @span)
(template_body (val_declaration name: (identifier) @member.field) @span)
(template_body (var_declaration name: (identifier) @member.field) @span)
(compilation_unit (val_definition pattern: (identifier) @member.constant) @span)
(compilation_unit (var_definition pattern: (identifier) @member.variable) @span)
(enum_body (enum_case_definitions (_ name: (_) @member.enumerator) @span))
(class_parameter name: (identifier) @member.field) @span

; tests of MUnit and ScalaTest
((call_expression function: (call_expression function: (identifier) @_call arguments: (arguments . (_) @name))
   arguments: [(block) (case_block)] @body) @definition.suite
  (#any-of? @_call "describe" "feature"))
((call_expression function: (call_expression function: (identifier) @_call arguments: (arguments . (_) @name))
   arguments: [(block) (case_block)] @body) @definition.test
  (#any-of? @_call "test" "it" "property" "scenario"))
((infix_expression left: (infix_expression operator: (identifier) @_verb right: (string) @name)
   operator: (identifier) @_in right: (block) @body) @definition.test
  (#any-of? @_verb "should" "must" "can") (#eq? @_in "in"))
; words of a WordSpec, "in" of a FreeSpec
((infix_expression left: (string) @name operator: (_) @_verb right: (block) @body) @definition.suite
  (#any-of? @_verb "when" "should" "must" "can" "that" "which" "-"))
((infix_expression left: (string) @name operator: (_) @_in right: (block) @body) @definition.test
  (#eq? @_in "in"))
