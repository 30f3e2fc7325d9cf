(class_declaration "interface" name: (identifier) @name [(class_body) (enum_class_body)]? @body) @definition.interface
(class_declaration (modifiers (class_modifier "enum")) name: (identifier) @name (enum_class_body)? @body) @definition.enum
(class_declaration name: (identifier) @name [(class_body) (enum_class_body)]? @body) @definition.class
(object_declaration name: (identifier) @name (class_body)? @body) @definition.object
(companion_object name: (identifier)? @name (class_body)? @body) @definition.object
(function_declaration name: (identifier) @name (function_body)? @body) @definition.function
(secondary_constructor "constructor" @name) @definition.constructor
(property_declaration (variable_declaration (identifier) @name) [(getter) (setter)] @body) @definition.property
(source_file (property_declaration (variable_declaration (identifier) @name)
  [(lambda_literal) (anonymous_function)] @body) @definition.function)
(type_alias type: (identifier) @name) @definition.type

(enum_entry (identifier) @member.enumerator) @span
(source_file (property_declaration [
  (variable_declaration (identifier) @member.constant)
  (multi_variable_declaration (variable_declaration (identifier) @member.constant))
]) @span)
(class_body (property_declaration (variable_declaration (identifier) @member.property)) @span)
(enum_class_body (property_declaration (variable_declaration (identifier) @member.property)) @span)
(primary_constructor (class_parameters (class_parameter ["val" "var"] . (identifier) @member.property) @span))

; Kotest and Spek; a StringSpec has bare names
((call_expression
   (call_expression (identifier) @_call (value_arguments . (value_argument (string_literal) @name)))
   (annotated_lambda (lambda_literal) @body)) @definition.suite
  (#match? @_call "^([fx]?(describe|context|feature)|[Gg]iven|When|And)$"))
((call_expression
   (call_expression (identifier) @_call (value_arguments . (value_argument (string_literal) @name)))
   (annotated_lambda (lambda_literal) @body)) @definition.test
  (#match? @_call "^([fx]?(it|test|should|expect|scenario)|[Tt]hen)$"))
(constructor_invocation (value_arguments (value_argument (_ . "{"
  (call_expression . (string_literal) @name (annotated_lambda (lambda_literal) @body)) @definition.test))))
((constructor_invocation (value_arguments (value_argument (_ . "{"
   (call_expression . (_ . (_ . (string_literal) @name (identifier) @_config) (value_arguments))
     (annotated_lambda (lambda_literal) @body)) @definition.test))))
  (#eq? @_config "config"))
