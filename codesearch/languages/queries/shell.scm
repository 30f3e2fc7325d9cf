(function_definition name: (word) @name) @definition.function
(program (variable_assignment name: (variable_name) @member))
