(subroutine_declaration_statement name: (_) @name) @definition.function
(method_declaration_statement name: (_) @name) @definition.method
(package_statement name: (package) @scope)
(class_statement name: (package) @name) @definition.class
(assignment_expression left: (variable_declaration (scalar) @name) right: (anonymous_subroutine_expression)) @definition.function
(assignment_expression left: (glob) @name right: (anonymous_subroutine_expression)) @definition.function
