(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name) @definition.method
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.trait
(enum_declaration name: (name) @name) @definition.enum
(namespace_definition name: (namespace_name) @name body: (_)) @definition.namespace
(namespace_definition name: (namespace_name) @scope !body)
(property_declaration (property_element name: (variable_name (name) @name)) (property_hook_list) @body) @definition.property

; functions and classes without a name of their own
(assignment_expression left: (variable_name) @name
  right: (_ parameters: (_) body: (_) @body)) @definition.function
(assignment_expression
  left: [
    (_ object: (_) name: (name) @name)
    (_ scope: (_) name: (variable_name (name) @name))
    (_ "[" [(string) (encapsed_string)] @name)
  ]
  right: (_ parameters: (_) body: (_) @body)) @definition.function
(array_element_initializer . [(string) (encapsed_string)] @name
  . (_ parameters: (_) body: (_) @body)) @definition.function
(assignment_expression left: (variable_name) @name
  right: (_ "new" (anonymous_class body: (_) @body))) @definition.class

(const_declaration (const_element (name) @member.constant) @span)
((function_call_expression function: [(name) (qualified_name)] @_define
   arguments: (arguments . (argument [(string) (encapsed_string)] @member.constant))) @span
  (#any-of? @_define "define" "\\define"))
(enum_case name: (name) @member.enumerator) @span
(property_declaration (property_element name: (variable_name (name) @member.field))) @span
(property_promotion_parameter name: (variable_name (name) @member.field)) @span
; … by `readonly` alone, which the grammar takes for a type or skips
((simple_parameter type: (named_type (name) @_readonly) (ERROR) name: (variable_name (name) @member.field)) @span
  (#eq? @_readonly "readonly"))
((formal_parameters (ERROR (name) @_readonly) . (simple_parameter name: (variable_name (name) @member.field)) @span)
  (#eq? @_readonly "readonly"))

; Pest
((function_call_expression function: (name) @_call
   arguments: (arguments . (argument [(string) (encapsed_string)] @name)
     . (argument (_ parameters: (_) body: (_) @body)))) @definition.suite
  (#any-of? @_call "describe" "context"))
((function_call_expression function: (name) @_call
   arguments: (arguments . (argument [(string) (encapsed_string)] @name)
     . (argument (_ parameters: (_) body: (_) @body)))) @definition.test
  (#any-of? @_call "it" "test"))
