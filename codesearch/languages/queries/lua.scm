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
; tables of a module
(chunk [
  (variable_declaration (assignment_statement (variable_list . name: (identifier) @qualified)
    (expression_list . value: (table_constructor (field)) @body)) @definition.object)
  (assignment_statement (variable_list . name: [(identifier) (dot_index_expression)] @qualified)
    (expression_list . value: (table_constructor (field)) @body)) @definition.object
])

; variables of a module; what it requires is defined elsewhere
((chunk (variable_declaration (assignment_statement
   (variable_list name: (identifier) @member.variable) (expression_list) @_value) @span))
  (#not-match? @_value "^require\\b"))
((chunk (assignment_statement
   (variable_list name: [(identifier) @member.variable (dot_index_expression field: (_) @member.variable)])
   (expression_list) @_value) @span)
  (#not-match? @_value "^require\\b"))
(chunk [
  (variable_declaration (assignment_statement (expression_list . value:
    (table_constructor (field name: (identifier) @member.field) @span))))
  (assignment_statement (expression_list . value: (table_constructor (field name: (identifier) @member.field) @span)))
])

; busted
((function_call name: (identifier) @_call
   arguments: (arguments . [(string content: (_) @name) (_) @name] (function_definition body: (_)? @body))) @definition.suite
  (#any-of? @_call "describe" "context" "insulate" "expose"))
((function_call name: (identifier) @_call
   arguments: (arguments . [(string content: (_) @name) (_) @name] (function_definition body: (_)? @body))) @definition.test
  (#any-of? @_call "it" "spec" "test" "pending"))
