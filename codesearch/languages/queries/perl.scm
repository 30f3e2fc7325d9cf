(subroutine_declaration_statement name: (_) @qualified) @definition.function
(method_declaration_statement name: (_) @name) @definition.method
(package_statement name: (package) @name (block) @body) @definition.package
(class_statement name: (package) @name (block) @body) @definition.class
(package_statement name: (package) @scope @member.package . version: (_)? .)
(class_statement name: (package) @scope @member.class . version: (_)? . attributes: (_)? .)
(assignment_expression
  left: [(_ variable: (scalar (varname) @name)) (glob (varname) @name) (glob) @name]
  right: (_ . "sub" body: (_) @body)) @definition.function

; Moose: attributes and what is put around methods
((_ function: (function) @_has arguments: (_ . [
   (autoquoted_bareword) @member.field
   (interpolated_string_literal) @member.field
   (string_literal) @member.field
   (_ . "[" [
     (interpolated_string_literal) @member.field
     (string_literal) @member.field
     (_ "qw" (string_content) @member.field)
     (_ [(interpolated_string_literal) (string_literal)] @member.field)])] ["," "=>"]))
 (#eq? @_has "has"))
((ambiguous_function_call_expression function: (function) @_around
   arguments: (_ . [(autoquoted_bareword) (interpolated_string_literal) (string_literal)] @name ["," "=>"]
     (_ . "sub" body: (_) @body))) @definition.method
  (#any-of? @_around "around" "before" "after" "override" "augment"))
((ambiguous_function_call_expression function: (function) @_call
   arguments: (_ . [(interpolated_string_literal) (string_literal)] @name ["," "=>"]
     (_ . "sub" body: (_) @body))) @definition.test
  (#any-of? @_call "subtest" "it"))
((ambiguous_function_call_expression function: (function) @_call
   arguments: (_ . [(interpolated_string_literal) (string_literal)] @name ["," "=>"]
     (_ . "sub" body: (_) @body))) @definition.suite
  (#any-of? @_call "describe" "context"))

((use_statement module: (package) @_constant [
   (_ . (autoquoted_bareword) @member.constant ["," "=>"])
   (_ . "{" (_ (autoquoted_bareword) @member.constant))
 ]) @span
  (#eq? @_constant "constant"))
(source_file (expression_statement [
  (variable_declaration ["my" "our" "state"] [variable: (_ (varname) @member.variable) variables: (_ (varname) @member.variable)])
  (_ . left: (_ ["my" "our" "state"] [variable: (_ (varname) @member.variable) variables: (_ (varname) @member.variable)]) ["=" "||=" "//=" "&&=" ".=" "+="])
]) @span)
(source_file (expression_statement [
  (variable_declaration "field" [variable: (_ (varname) @member.field) variables: (_ (varname) @member.field)])
  (_ . left: (_ "field" [variable: (_ (varname) @member.field) variables: (_ (varname) @member.field)]) ["=" "||=" "//="])
]) @span)
(package_statement (block (expression_statement [
  (variable_declaration [variable: (_ (varname) @member.variable) variables: (_ (varname) @member.variable)])
  (_ . left: (_ [variable: (_ (varname) @member.variable) variables: (_ (varname) @member.variable)]) ["=" "||=" "//=" "&&=" ".=" "+="])
]) @span))
(class_statement (block (expression_statement [
  (variable_declaration [variable: (_ (varname) @member.field) variables: (_ (varname) @member.field)])
  (_ . left: (_ [variable: (_ (varname) @member.field) variables: (_ (varname) @member.field)]) ["=" "||=" "//=" "&&=" ".=" "+="])
]) @span))
(assignment_expression left: (glob [(varname) (glob_deref_expression)] @member.function) right: (refgen_expression)) @span
