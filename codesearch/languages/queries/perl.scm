(subroutine_declaration_statement name: (_) @qualified) @definition.function
(method_declaration_statement name: (_) @name) @definition.method
(package_statement name: (package) @name (block) @body) @definition.package
(class_statement name: (package) @name (block) @body) @definition.class
(package_statement name: (package) @scope @member.package .)
(class_statement name: (package) @scope @member.package .)
(assignment_expression
  left: [(variable_declaration (scalar)) (glob)] @name
  right: (anonymous_subroutine_expression body: (_) @body)) @definition.function
