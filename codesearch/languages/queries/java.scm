(method_declaration name: (identifier) @name) @definition.method
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(annotation_type_element_declaration name: (identifier) @name) @definition.method
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.record
(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(annotation_type_declaration name: (identifier) @name) @definition.interface
(module_declaration name: (_) @name) @definition.module

(enum_constant name: (identifier) @member.enumerator) @span
([
   (class_body (field_declaration declarator: (variable_declarator name: (identifier) @member.field)) @span)
   (enum_body_declarations (field_declaration declarator: (variable_declarator name: (identifier) @member.field)) @span)
 ])
(record_declaration parameters: (formal_parameters [
  (formal_parameter name: (identifier) @member.field)
  (spread_parameter (variable_declarator name: (identifier) @member.field))
] @span))
(constant_declaration declarator: (variable_declarator name: (identifier) @member.constant)) @span
