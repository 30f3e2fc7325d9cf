(function_declaration name: [(identifier) (dot_index_expression)] @qualified) @definition.function
(function_declaration name: (method_index_expression) @qualified) @definition.method
(assignment_statement (variable_list . name: [(identifier) (dot_index_expression) (bracket_index_expression)] @qualified) (expression_list . value: (function_definition))) @definition.function
(field name: (_) @name value: (function_definition)) @definition.method
