(class_declaration ["class" "actor"] name: (_) @name) @definition.class
(class_declaration "struct" name: (_) @name) @definition.struct
(class_declaration "enum" name: (_) @name) @definition.enum
(class_declaration "extension" name: (_) @name) @definition.extension
(protocol_declaration name: (_) @name) @definition.protocol
(function_declaration "func" . _ @name) @definition.function
(macro_declaration "macro" . (simple_identifier) @name) @definition.macro
(init_declaration "init" @name) @definition.constructor
(deinit_declaration "deinit" @name) @definition.destructor
(subscript_declaration "subscript" @name (computed_property) @body) @definition.property
(property_declaration name: (_ bound_identifier: (simple_identifier) @name) computed_value: (computed_property) @body) @definition.property
(typealias_declaration name: (type_identifier) @name) @definition.type

(protocol_function_declaration "func" . name: _ @member.method) @span
(protocol_property_declaration name: (_ bound_identifier: (simple_identifier) @member.property)) @span
(associatedtype_declaration name: (type_identifier) @member.type) @span
(enum_entry name: (simple_identifier) @member.enumerator) @span
(source_file (_ name: (_ bound_identifier: (simple_identifier) @member.constant) !computed_value) @span)
(source_file (property_declaration name: (_ (_ (simple_identifier) @member.constant))) @span)
(class_body (property_declaration name: (_ bound_identifier: (simple_identifier) @member.property) !computed_value) @span)
(enum_class_body (property_declaration name: (_ bound_identifier: (simple_identifier) @member.property) !computed_value) @span)
(class_body (property_declaration name: (_ (_ (simple_identifier) @member.property))) @span)

; Quick
((call_expression (simple_identifier) @_call
   (call_suffix (value_arguments . (_ value: (line_string_literal) @name)) (lambda_literal) @body)) @definition.suite
  (#match? @_call "^[fx]?(describe|context)$"))
((call_expression (simple_identifier) @_call
   (call_suffix (value_arguments . (_ value: (line_string_literal) @name)) (lambda_literal) @body)) @definition.test
  (#match? @_call "^[fx]?it$"))
