(function_declaration name: (identifier) @name) @definition.function
(variable_declaration . (identifier) @name (struct_declaration) @body) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration) @body) @definition.enum
(variable_declaration . (identifier) @name (union_declaration) @body) @definition.union
(variable_declaration . (identifier) @name (error_set_declaration) @body) @definition.enum
(variable_declaration . (identifier) @name (opaque_declaration) @body) @definition.struct
(test_declaration [(string) (identifier)] @name (block) @body) @definition.test
(test_declaration "test" @name (block) @body) @definition.test

; constants and variables; what is imported is defined elsewhere
((source_file (_ "const" . (identifier) @member.constant (_)? @_value .) @span)
  (#not-match? @_value "^@import"))
((struct_declaration (_ "const" . (identifier) @member.constant (_)? @_value .) @span)
  (#not-match? @_value "^@import"))
(source_file (_ "var" . (identifier) @member.variable) @span)
(struct_declaration (_ "var" . (identifier) @member.variable) @span)
(struct_declaration (container_field name: (identifier) @member.field) @span)
(union_declaration (container_field name: (identifier) @member.field) @span)
(enum_declaration (container_field name: (identifier) @member.enumerator) @span)
(error_set_declaration (identifier) @member.enumerator)
