(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(class_declaration name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(internal_module name: (_) @name) @definition.namespace
(module name: (_) @name body: (_)) @definition.namespace
(function_signature name: (identifier) @name) @definition.function
(decorator) @prefix

(method_signature name: (_) @member.method) @span
(abstract_method_signature name: (_) @member.method) @span
(enum_body [(property_identifier) @member.enumerator (enum_assignment name: (_) @member.enumerator)])

(method_definition name: (_) @name) @definition.method
(public_field_definition name: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.method
(pair key: (_) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.method

(variable_declarator name: (identifier) @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @definition.class
(assignment_expression left: [(identifier) (member_expression)] @qualified right: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(assignment_expression left: [(identifier) (member_expression)] @qualified right: (class body: (_) @body)) @definition.class

(arguments (function_expression name: (identifier) @name) @definition.function)
(return_statement (function_expression name: (identifier) @name) @definition.function)
(pair value: (function_expression name: (identifier) @member.function) @span)
(assignment_expression right: (function_expression name: (identifier) @member.function) @span)

; const x = (function () { … })()
(variable_declarator name: (identifier) @name value: (call_expression function: (parenthesized_expression [(arrow_function body: (_) @body) (function_expression body: (_) @body)]))) @definition.function
(assignment_expression left: [(identifier) (member_expression)] @qualified right: (call_expression function: (parenthesized_expression [(arrow_function body: (_) @body) (function_expression body: (_) @body)]))) @definition.function

; const X = memo(function …), useCallback(() => …)
(program (lexical_declaration (variable_declarator name: (identifier) @name value: (call_expression arguments: (arguments . [(arrow_function body: (_) @body) (function_expression body: (_) @body)]))) @definition.function))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @name value: (call_expression arguments: (arguments . [(arrow_function body: (_) @body) (function_expression body: (_) @body)]))) @definition.function)))

; object literals at the top level hold methods or configuration
(program (_ (variable_declarator name: (identifier) @name value: (object) @body) @definition.object))
(program (export_statement (_ (variable_declarator name: (identifier) @name value: (object) @body) @definition.object)))
(program (expression_statement (assignment_expression left: [(identifier) (member_expression)] @qualified right: (object) @body) @definition.object))
(program (export_statement "default" @name value: (object) @body) @definition.object)

(export_statement "default" @name value: [(arrow_function body: (_) @body) (function_expression body: (_) @body) (generator_function body: (_) @body)]) @definition.function
(export_statement "default" @name value: (class body: (_) @body)) @definition.class
(export_statement "default" @name declaration: (class_declaration !name body: (_) @body)) @definition.class

; constants
(program (lexical_declaration (variable_declarator name: (identifier) @member.constant) @span))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @member.constant) @span)))

((call_expression function: [(identifier) (member_expression)] @_call
   arguments: (arguments . [(string) (template_string)] @name [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @definition.suite
  (#match? @_call "^(describe|context|suite)(\\.(only|skip|each))?$"))
((call_expression function: [(identifier) (member_expression)] @_call
   arguments: (arguments . [(string) (template_string)] @name [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @definition.test
  (#match? @_call "^(it|test|specify)(\\.(only|skip|each|todo|concurrent))?$"))
