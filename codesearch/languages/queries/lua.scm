(function_declaration name: (method_index_expression) @qualified) @definition.method
(function_declaration name: (_) @qualified) @definition.function
(assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression) (bracket_index_expression)] @qualified)
  (expression_list . value: (function_definition body: (_)? @body))) @definition.function
(field name: (_) @name value: (function_definition body: (_)? @body)) @definition.method
(assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression)] @qualified)
  (expression_list . value: (function_call
    arguments: (arguments (function_definition body: (_)? @body))))) @definition.function
(assignment_statement
  (variable_list . name: [(identifier) (dot_index_expression)] @qualified)
  (expression_list . value: (function_call
    name: (parenthesized_expression (function_definition body: (_)? @body))))) @definition.function

(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @member.variable)) @span))
