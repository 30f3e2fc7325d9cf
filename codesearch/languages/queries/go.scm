(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (generic_type type: (type_identifier) @owner)
    (pointer_type (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))
    (qualified_type name: (type_identifier) @owner)
    (parenthesized_type) @owner
  ]))
  name: (field_identifier) @name) @definition.method

((type_declaration . (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) .)
  @definition.struct (#not-match? @definition.struct "^type\\s*\\("))
((type_declaration . (type_spec name: (type_identifier) @name type: (interface_type) @body) .)
  @definition.interface (#not-match? @definition.interface "^type\\s*\\("))
((type_declaration . [(type_spec name: (type_identifier) @name) (type_alias name: (type_identifier) @name)] .)
  @definition.type (#not-match? @definition.type "^type\\s*\\("))
; in a group: type ( … )
(type_declaration "(" (type_spec name: (type_identifier) @name type: (struct_type (field_declaration_list) @body)) @definition.struct)
(type_declaration "(" (type_spec name: (type_identifier) @name type: (interface_type) @body) @definition.interface)
(type_declaration "(" [(type_spec name: (type_identifier) @name) (type_alias name: (type_identifier) @name)] @definition.type)
(method_elem name: (field_identifier) @member.method)

(type_spec type: (struct_type (field_declaration_list (field_declaration name: (field_identifier) @member.field) @span)))

(source_file (var_declaration (var_spec name: (identifier) @name value: (expression_list [
  (composite_literal body: (_) @body)
  (unary_expression operand: (composite_literal body: (literal_value (_)) @body))
]))) @definition.variable)
(source_file (var_declaration (var_spec name: (identifier) @name
  value: (expression_list (func_literal body: (_) @body)))) @definition.function)
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name
  value: (expression_list (func_literal body: (_) @body))) @definition.function)))
; `var _ Reader = (*File)(nil)` and the `_` of a row of constants define nothing
((source_file (var_declaration (var_spec name: (identifier) @member.variable) @span)) (#not-eq? @member.variable "_"))
((source_file (var_declaration (var_spec_list (var_spec name: (identifier) @member.variable) @span)))
  (#not-eq? @member.variable "_"))
((source_file (const_declaration (const_spec (identifier) @member.constant) @span))
  (#not-eq? @member.constant "_"))

; Ginkgo
((call_expression function: (identifier) @_call
   arguments: (argument_list . (interpreted_string_literal) @name (func_literal body: (_) @body))) @definition.suite
  (#match? @_call "^[FPX]?(Describe|DescribeTable|DescribeTableSubtree|Context|When)$"))
((call_expression function: (identifier) @_call
   arguments: (argument_list . (interpreted_string_literal) @name (func_literal body: (_) @body))) @definition.test
  (#match? @_call "^[FPX]?(It|Specify)$"))
