(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(class name: (_) @qualified) @definition.class
(module name: (_) @qualified) @definition.module
; class << self: its methods belong to the class around it
(singleton_class) @definition.namespace

(assignment left: (constant) @name right: (call method: (identifier) @_new block: (_) @body)) @definition.class
(assignment left: (constant) @member)
((call method: (identifier) @_call arguments: (argument_list . [(simple_symbol) (string)] @name) block: (_) @body) @definition.method
  (#any-of? @_call "define_method" "define_singleton_method"))
((call method: (identifier) @_call arguments: (argument_list (simple_symbol) @member))
  (#any-of? @_call "attr_accessor" "attr_reader" "attr_writer" "alias_method" "scope"))
(alias name: (_) @member)

((call method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.suite
  (#any-of? @_call "describe" "context" "feature" "shared_examples" "shared_examples_for" "shared_context" "namespace"))
((call method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.test
  (#any-of? @_call "it" "specify" "scenario" "test" "task" "rule" "file"))
