(function_definition name: (identifier) @name) @definition.function
(class_definition name: (identifier) @name) @definition.class
(type_alias_statement left: (type [(identifier) @name (generic_type (identifier) @name)])) @definition.type
(expression_statement (assignment left: (identifier) @name right: (lambda)) @definition.function)

(decorator) @prefix

(function_definition body: (block . (expression_statement (string) @doc)))
(class_definition body: (block . (expression_statement (string) @doc)))
(module . (comment)* . (expression_statement (string) @doc))

(module (expression_statement (assignment left: (identifier) @member.variable) @span))
(class_definition body: (block (expression_statement (assignment left: (identifier) @member.field) @span)))
