; A docstring is the string right before a definition.
((string_literal) @prefix @doc . [
  (function_definition) (macro_definition) (assignment) (struct_definition) (abstract_definition)
  (primitive_definition) (module_definition) (macrocall_expression)])

(function_definition (signature (call_expression . (parametrized_type_expression . (_) @name))) . (_)? @body) @definition.function
(function_definition (signature (where_expression (call_expression . (parametrized_type_expression . (_) @name)))) . (_)? @body) @definition.function
(assignment . (call_expression . (parametrized_type_expression . (_) @name)) . (operator) . (_) @body) @definition.function
(assignment . (where_expression (call_expression . (parametrized_type_expression . (_) @name))) . (operator) . (_) @body) @definition.function
(function_definition (signature (call_expression . (_) @qualified)) . (_)? @body) @definition.function
(function_definition (signature (where_expression (call_expression . (_) @qualified))) . (_)? @body) @definition.function
(function_definition (signature (typed_expression (call_expression . (_) @qualified))) . (_)? @body) @definition.function
(function_definition (signature (where_expression (typed_expression (call_expression . (_) @qualified)))) . (_)? @body) @definition.function
(function_definition (signature (identifier) @name)) @definition.function
(macro_definition (signature (call_expression . (_) @name)) . (_)? @body) @definition.macro
(assignment . (call_expression . (_) @qualified) . (operator) . (_) @body) @definition.function
(assignment . (where_expression (call_expression . (_) @qualified)) . (operator) . (_) @body) @definition.function
(assignment . (typed_expression (call_expression . (_) @qualified)) . (operator) . (_) @body) @definition.function
(assignment . (where_expression (typed_expression (call_expression . (_) @qualified))) . (operator) . (_) @body) @definition.function
(source_file (assignment . (identifier) @name . (operator) . (arrow_function_expression)) @definition.function)

(struct_definition (type_head (identifier) @name) @_head . (_)? @body) @definition.struct
(struct_definition (type_head (parametrized_type_expression . (identifier) @name)) . (_)? @body) @definition.struct
(struct_definition (type_head (binary_expression . (identifier) @name)) . (_)? @body) @definition.struct
(struct_definition (type_head (binary_expression . (parametrized_type_expression . (identifier) @name))) . (_)? @body) @definition.struct
(abstract_definition (type_head (identifier) @name)) @definition.type
(abstract_definition (type_head (_ . (identifier) @name))) @definition.type
(abstract_definition (type_head (_ . (_ . (identifier) @name)))) @definition.type
(primitive_definition (type_head (identifier) @name)) @definition.type
(primitive_definition (type_head (_ . (identifier) @name))) @definition.type
(module_definition name: (identifier) @name . (_)? @body) @definition.module

(struct_definition (identifier) @member.field)
(struct_definition (typed_expression . (identifier) @member.field))
(const_statement (assignment . (identifier) @member.constant)) @span
