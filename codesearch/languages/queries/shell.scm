(function_definition name: (word) @name body: (_) @body) @definition.function

(program (variable_assignment name: (variable_name) @member.variable) @span)
(program (declaration_command (variable_assignment name: (variable_name) @member.variable)))
((program (command (command_name (word) @_alias) argument: (concatenation . (word) @member.command))) (#eq? @_alias "alias"))
