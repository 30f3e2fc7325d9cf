; What JavaScript and TypeScript share; each has a query of its own besides.

(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(class_declaration name: (_) @name) @definition.class
(method_definition name: (_) @name) @definition.method
(decorator) @prefix

; module.exports = function name () {}
((assignment_expression left: [(identifier) (member_expression)] @_left
   right: [(function_expression name: (identifier) @name) (class name: (_) @name)] @value) @definition.value
  (#match? @_left "^(module\\.)?exports$"))

; functions and classes, wherever they get a name
(pair key: (_) @name value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function) (class)] @value) @definition.value
(assignment_expression left: [(identifier) (member_expression) (_ . object: (_) index: (string))] @qualified
  right: [(arrow_function) (function_expression) (generator_function) (class)] @value) @definition.value
(augmented_assignment_expression left: [(identifier) (member_expression)] @qualified
  right: [(arrow_function) (function_expression) (generator_function) (class)] @value) @definition.value
(export_statement "default" @name declaration: (class_declaration !name body: (_) @body)) @definition.class

; … or what calls one at once: const x = (function () { … })()
(variable_declarator name: (identifier) @name
  value: (_ . function: (parenthesized_expression [(arrow_function) (function_expression)])) @value) @definition.value
(assignment_expression left: [(identifier) (member_expression)] @qualified
  right: (_ . function: (parenthesized_expression [(arrow_function) (function_expression)])) @value) @definition.value

; functions, classes and objects that a module names, behind calls too
(program (_ (variable_declarator name: (identifier) @name value: (_) @value) @definition.value))
(program (export_statement (_ (variable_declarator name: (identifier) @name value: (_) @value) @definition.value)))
(program (expression_statement
  (_ . left: [(identifier) (member_expression)] @qualified "=" right: (_) @value) @definition.value))
(program (export_statement "default" @name value: (_) @value) @definition.value)

; … and those that its objects name, behind one call more: router({ add: procedure.mutation(() => {}) })
(program (_ (variable_declarator value: [
  (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)
  (_ . function: (_) arguments: (_ (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)))
])))
(program (export_statement (_ (variable_declarator value: [
  (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)
  (_ . function: (_) arguments: (_ (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)))
]))))

; … and the options of a component: methods: { save: debounce(function () {}) }
(program (export_statement value: [
  (_ . "{" (pair value: (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)))
  (_ . function: (_) arguments: (_ (_ . "{" (pair value: (_ . "{" (pair key: (_) @name value: (_ . function: (_) arguments: (_ [(arrow_function) (function_expression)])) @value) @definition.method)))))
]))

; functions with a name of their own
(arguments (function_expression name: (identifier) @name) @definition.function)
(array (function_expression name: (identifier) @name) @definition.function)
(return_statement (function_expression name: (identifier) @name) @definition.function)
(arguments (class name: (_) @name) @definition.class)
(return_statement (class name: (_) @name) @definition.class)
(pair value: (function_expression name: (identifier) @member.function) @span)
(assignment_expression right: (function_expression name: (identifier) @member.function) @span)
; res.header = res.set = function () {}
(assignment_expression left: (_ . object: (_) property: (_) @member.function)
  right: (_ . left: (_) "=" right: [(arrow_function) (function_expression) (class)])) @span
(assignment_expression left: (_ . object: (_) property: (_) @member.function)
  right: (_ . left: (_) "=" right: (_ . left: (_) "=" right: [(arrow_function) (function_expression) (class)]))) @span

; constants and variables of a module; what it imports is defined elsewhere
((program (lexical_declaration (variable_declarator name: (identifier) @member.constant value: (_)? @_value) @span))
  (#not-match? @_value "^(await )?(require|import)\\s*\\([^()]*\\)(\\.\\w+)*$"))
(program (export_statement (lexical_declaration (variable_declarator name: (identifier) @member.constant) @span)))
((program (variable_declaration (variable_declarator name: (identifier) @member.variable value: (_)? @_value) @span))
  (#not-match? @_value "^(await )?(require|import)\\s*\\([^()]*\\)(\\.\\w+)*$"))
(program (export_statement (variable_declaration (variable_declarator name: (identifier) @member.variable) @span)))
(program (export_statement (_ (variable_declarator name: [(object_pattern) (array_pattern)] @pattern.constant))))
((program (_ (variable_declarator name: [(object_pattern) (array_pattern)] @pattern.constant value: (_) @_value)))
  (#not-match? @_value "^(await )?(require|import)\\s*\\([^()]*\\)(\\.\\w+)*$"))
; … except by names of the module's own: const { a: b, ...c } = require('d')
((program (_ (variable_declarator
   name: (object_pattern [(pair_pattern) (rest_pattern)] @pattern.constant) value: (_) @_value)))
  (#match? @_value "^(await )?(require|import)\\s*\\([^()]*\\)(\\.\\w+)*$"))
; Svelte's reactive declarations: $: total = price * count
((labeled_statement label: (statement_identifier) @_label body: (expression_statement
   (_ . left: (identifier) @member.variable "=") @span)) (#eq? @_label "$"))
; what is exported by a name that it has already is defined elsewhere, too
((program (expression_statement (_
   . left: (_ . object: (_) @_exports property: (property_identifier) @member.constant) "="
   right: [(string) (template_string) (number) (true) (false) (array) (regex) (binary_expression) (unary_expression)
     (new_expression)]) @span))
  (#match? @_exports "^(module\\.)?exports$"))
((variable_declarator value: (_ . function: (member_expression) @_freeze
   arguments: (_ . (_ . "{" (pair key: [(property_identifier) (string)] @member.constant) @span))))
  (#eq? @_freeze "Object.freeze"))

; tests and suites (`hooks/ecmascript.py` tells them apart); `each` is called twice
((call_expression function: [(identifier) (member_expression) (_ . function: (_))] @_call
   arguments: (arguments . [(string) (template_string) (identifier) (member_expression)] @name
     [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @definition.test
  (#match? @_call "^([fx]?(describe|context|it)|suite|(t\\.)?test|test\\.describe|specify|bench|Deno\\.test|QUnit\\.(test|module))(\\.(only|skip|concurrent|sequential|serial|parallel|shuffle|todo|fails|failing|each|for|skipIf|runIf)\\b|$)"))
