((rule (targets . (_) @name)) @definition.target (#not-match? @name "^\\.[A-Z_]+$"))
(define_directive name: (_) @name) @definition.macro

(rule (targets (_) (_) @member.target))
(variable_assignment name: (_) @member.variable)
(rule target: (pattern_list (_) @member.target))
