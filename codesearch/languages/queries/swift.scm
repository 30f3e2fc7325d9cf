(class_declaration "class" name: (_) @name) @definition.class
(class_declaration "actor" name: (_) @name) @definition.class
(class_declaration "struct" name: (_) @name) @definition.struct
(class_declaration "enum" name: (_) @name) @definition.enum
(class_declaration "extension" name: (_) @name) @definition.extension
(protocol_declaration name: (_) @name) @definition.protocol
(function_declaration "func" . [(simple_identifier) (custom_operator)] @name) @definition.function
(function_declaration name: (simple_identifier) @name) @definition.function
(protocol_function_declaration name: (_) @member.method)
(init_declaration "init" @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.destructor
(subscript_declaration "subscript" @name (computed_property) @body) @definition.property
(property_declaration name: (pattern bound_identifier: (simple_identifier) @name) computed_value: (computed_property) @body) @definition.property
(typealias_declaration name: (type_identifier) @name) @definition.type

(enum_entry name: (simple_identifier) @member.enumerator)
(property_declaration name: (pattern bound_identifier: (simple_identifier) @member.property) !computed_value)
