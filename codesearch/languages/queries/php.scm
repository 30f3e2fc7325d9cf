(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name) @definition.method
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.trait
(enum_declaration name: (name) @name) @definition.enum
(namespace_definition name: (namespace_name) @name body: (_)) @definition.namespace
(namespace_definition name: (namespace_name) @scope !body)
(property_declaration (property_element name: (variable_name) @name) (property_hook_list) @body) @definition.property
(assignment_expression left: (variable_name) @name right: [(anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @definition.function

(const_declaration (const_element (name) @member.constant) @span)
(enum_case name: (name) @member.enumerator)
