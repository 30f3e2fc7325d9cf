(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(internal_module name: (_) @name) @definition.namespace
(module name: (_) @name body: (_)) @definition.namespace
; declarations of functions, overloads mostly
(function_signature name: (identifier) @name) @definition.overload
((class_body (method_signature name: (_) @name) @definition.overload
   . (comment)* . [(method_signature name: (_) @_next) (method_definition name: (_) @_next)])
  (#eq? @name @_next))

(class_body (_ !body name: (_) @name value: [
  (arrow_function) (function_expression) (generator_function) (call_expression)
  (as_expression) (satisfies_expression) (parenthesized_expression)
] @value) @definition.method)
(variable_declarator name: (identifier) @name value:
  (_ . (parenthesized_expression [(arrow_function) (function_expression)]) ["as" "satisfies"]) @value) @definition.value
(pair key: (_) @name value:
  (_ . (parenthesized_expression [(arrow_function) (function_expression)]) ["as" "satisfies"]) @value) @definition.method
([
   (internal_module body: (statement_block [
     (_ (variable_declarator name: (identifier) @name value: (_) @value) @definition.value)
     (export_statement (_ (variable_declarator name: (identifier) @name value: (_) @value) @definition.value))
   ]))
 ])

(interface_body (method_signature name: (_) @member.method) @span)
(interface_body (property_signature name: (_) @member.field) @span)
(class_body (method_signature name: (_) @member.method) @span)
(class_body (abstract_method_signature name: (_) @member.method) @span)
; a named type has the members of its parts, which a function's parameters and result are not
(type_alias_declaration value: [
  (object_type (method_signature name: (_) @member.method) @span)
  (_ !return_type !parameters (object_type (method_signature name: (_) @member.method) @span))
  (_ !return_type !parameters (_ (object_type (method_signature name: (_) @member.method) @span)))
])
; a constant without a value is one that the file declares: export const screen: { debug(): void }
(lexical_declaration "const" (variable_declarator !value type: (_ (object_type (method_signature name: (_) @member.method) @span))))
(ambient_declaration (_ (variable_declarator
  type: (_ (object_type (method_signature name: (_) @member.method) @span)))))
(type_alias_declaration value: [
  (object_type (property_signature name: (_) @member.field) @span)
  (intersection_type (object_type (property_signature name: (_) @member.field) @span))
  (intersection_type (intersection_type (object_type (property_signature name: (_) @member.field) @span)))
])
(class_body (public_field_definition name: (_) @member.field) @span)
(required_parameter (accessibility_modifier) pattern: (identifier) @member.field) @span
(enum_body [name: (_) @member.enumerator (enum_assignment name: (_) @member.enumerator) @span])

(ambient_declaration [
  (_ (variable_declarator name: (identifier) @member.variable) @span)
  (statement_block (_ (variable_declarator name: (identifier) @member.variable) @span))
])
(internal_module body: (statement_block [
  (_ (variable_declarator name: (_) @pattern.constant) @span)
  (export_statement (_ (variable_declarator name: (_) @pattern.constant) @span))
]))
(module body: (statement_block [
  (_ (variable_declarator name: (_) @pattern.constant) @span)
  (export_statement (_ (variable_declarator name: (_) @pattern.constant) @span))
]))
(variable_declarator value: (_
  . (_ . "{" (pair key: [(property_identifier) (string)] @member.constant) @span) "const"))
