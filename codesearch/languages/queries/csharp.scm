; an extension block, which the hook makes a class: its members belong to the class around it
((class_declaration name: (identifier) @_name) @definition.namespace (#eq? @_name "extension"))
(method_declaration name: (identifier) @name) @definition.method
(local_function_statement name: (identifier) @name) @definition.function
(constructor_declaration name: (identifier) @name) @definition.constructor
(destructor_declaration name: (identifier) @name) @definition.destructor
(operator_declaration operator: _ @name) @definition.operator
(conversion_operator_declaration type: (_) @name) @definition.operator
(indexer_declaration "this" @name accessors: (_)? @body) @definition.property
(property_declaration name: (identifier) @name) @definition.property
(event_declaration name: (identifier) @name) @definition.event
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @definition.event
(class_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.struct
(record_declaration name: (identifier) @name) @definition.record
(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(delegate_declaration name: (identifier) @name) @definition.delegate
(namespace_declaration name: (_) @name) @definition.namespace
(file_scoped_namespace_declaration name: (_) @scope)

(enum_member_declaration name: (identifier) @member.enumerator) @end
((field_declaration (modifier) @_modifier
   (variable_declaration (variable_declarator name: (identifier) @member.constant) @end))
  (#eq? @_modifier "const"))
((field_declaration (modifier)* @_modifier
   (variable_declaration (variable_declarator name: (identifier) @member.field) @end))
  (#not-eq? @_modifier "const"))
(using_directive name: (identifier) @member.type)
(record_declaration (parameter_list (parameter name: (identifier) @member.property)))
