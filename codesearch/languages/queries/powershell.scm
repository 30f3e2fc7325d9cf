(function_statement (function_name) @name (script_block)? @body) @definition.function
(class_statement . (attribute_list)? . (simple_name) @name) @definition.class
(class_method_definition (simple_name) @name (script_block)? @body) @definition.method
(enum_statement . (attribute_list)? . (simple_name) @name) @definition.enum
(attribute_statement) @prefix
; `configuration Name {`, of DSC
((command command_name: (command_name) @_configuration
   command_elements: (command_elements . (command_argument_sep) . (generic_token) @name (unary_expression (script_block_expression) @body))) @definition.function
  (#match? @_configuration "^(?i:configuration)$"))

(class_property_definition (variable) @member.property)
(enum_member (simple_name) @member.enumerator)

; Pester: named by -Name, else by what stands first, else by what stands before the block
((command command_name: (_) @_call command_elements: (command_elements
   (command_parameter) @_name . (command_argument_sep)? . [(unary_expression (string_literal)) (generic_token)] @name
   (unary_expression (script_block_expression) @body))) @definition.suite
  (#match? @_call "^(?i:describe|context)$") (#match? @_name "^-(?i:n(ame)?)$"))
((command command_name: (_) @_call command_elements: (command_elements
   . (command_argument_sep)? . [(unary_expression (string_literal)) (generic_token)] @name
   (unary_expression (script_block_expression) @body))) @definition.suite
  (#match? @_call "^(?i:describe|context)$"))
((command command_name: (_) @_call command_elements: (command_elements
   [(unary_expression (string_literal)) (generic_token)] @name . (command_argument_sep)?
   . (unary_expression (script_block_expression) @body))) @definition.suite
  (#match? @_call "^(?i:describe|context)$"))
((command command_name: (_) @_call command_elements: (command_elements
   (command_parameter) @_name . (command_argument_sep)? . [(unary_expression (string_literal)) (generic_token)] @name
   (unary_expression (script_block_expression) @body))) @definition.test
  (#match? @_call "^(?i:it)$") (#match? @_name "^-(?i:n(ame)?)$"))
((command command_name: (_) @_call command_elements: (command_elements
   . (command_argument_sep)? . [(unary_expression (string_literal)) (generic_token)] @name
   (unary_expression (script_block_expression) @body))) @definition.test
  (#match? @_call "^(?i:it)$"))
((command command_name: (_) @_call command_elements: (command_elements
   [(unary_expression (string_literal)) (generic_token)] @name . (command_argument_sep)?
   . (unary_expression (script_block_expression) @body))) @definition.test
  (#match? @_call "^(?i:it)$"))

((command command_name: (_) @_call command_elements: (command_elements
   . (command_argument_sep)? . (generic_token) @member.command))
  (#match? @_call "^(?i:set-alias|new-alias)$"))
((command command_name: (_) @_call command_elements: (command_elements
   (command_parameter) @_name . (command_argument_sep)? . (generic_token) @member.command))
  (#match? @_call "^(?i:set-alias|new-alias)$") (#match? @_name "^-(?i:n(ame)?)$"))
