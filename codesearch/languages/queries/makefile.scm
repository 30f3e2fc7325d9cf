(rule (targets) @name) @definition.target
(define_directive name: (_) @name) @definition.macro
(variable_assignment name: (_) @member)
