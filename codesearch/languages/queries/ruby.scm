(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(class name: (_) @qualified) @definition.class
(module name: (_) @qualified) @definition.module
; class << self: its methods belong to the class around it
(singleton_class) @definition.namespace

; Point = Struct.new(:x, :y) do … end
((assignment left: (constant) @name
   right: (call receiver: (_) @_maker method: (identifier) @_make arguments: (_)? block: (_)? @body)) @definition.class
  (#any-of? @_maker "Struct" "::Struct" "Data" "::Data" "Class" "::Class" "Module" "::Module")
  (#any-of? @_make "new" "define"))
((call receiver: (_) @_maker method: (identifier) @_make arguments: (argument_list (simple_symbol) @member))
  (#any-of? @_maker "Struct" "::Struct" "Data" "::Data")
  (#any-of? @_make "new" "define"))
(assignment left: [(constant) @member (scope_resolution name: (constant) @member)])
(left_assignment_list (constant) @member)
(operator_assignment left: [(constant) @member (scope_resolution name: (constant) @member)])

((call method: (identifier) @_call arguments: (argument_list . [(simple_symbol) (string)] @name) block: (_)? @body) @definition.method
  (#any-of? @_call "define_method" "define_singleton_method"))
; concerning :Billing do
((call method: (identifier) @_call arguments: (argument_list . (simple_symbol) @name) block: (_) @body) @definition.module
  (#eq? @_call "concerning"))

; methods by their names: of all of a call, and of the first
((call method: (identifier) @_call arguments: (argument_list (simple_symbol) @member))
  (#match? @_call "^(c|m|thread_m|thread_c)?attr(_internal)?(_accessor|_reader|_writer)?$|^(class_attribute|delegate|def_delegators|def_instance_delegators)$")
  (#match? @member "^:[A-Za-z_]"))
((call method: (identifier) @_call arguments: (argument_list . [(simple_symbol) (string)] @member))
  (#any-of? @_call "alias_method" "alias_attribute" "attribute" "scope" "belongs_to" "has_one" "has_many" "has_and_belongs_to_many" "const_set"
    "let" "let!" "subject" "subject!"))
(alias name: (_) @member)

((call method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.suite
  (#any-of? @_call "describe" "context" "feature" "shared_examples" "shared_examples_for" "shared_context" "namespace"))
((call method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.test
  (#any-of? @_call "it" "specify" "scenario" "test"))
; Rake: task :build => :all do
((call method: (identifier) @_call
   arguments: (argument_list . [(pair key: (_) @name) (simple_symbol) @name (string) @name]) block: (_) @body) @definition.target
  (#any-of? @_call "task" "multitask" "rule" "file"))
