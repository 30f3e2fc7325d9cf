(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(class name: (_) @qualified) @definition.class
(module name: (_) @qualified) @definition.module
; class << self: its methods belong to the class around it
(singleton_class) @definition.namespace

; Point = Struct.new(:x, :y) do … end
((assignment left: (constant) @name
   right: (call receiver: (constant) @_maker method: (identifier) @_make block: (_)? @body)) @definition.class
  (#any-of? @_maker "Struct" "Data" "Class" "Module")
  (#any-of? @_make "new" "define"))
((call receiver: (constant) @_maker method: (identifier) @_make arguments: (argument_list (simple_symbol) @member.method))
  (#any-of? @_maker "Struct" "Data")
  (#any-of? @_make "new" "define"))
(assignment left: [(constant) @member.constant (scope_resolution name: (constant) @member.constant)]) @span
(left_assignment_list (constant) @member.constant)
(operator_assignment left: [(constant) @member.constant (scope_resolution name: (constant) @member.constant)]) @span

((call !receiver method: (identifier) @_call arguments: (argument_list . [(simple_symbol) (string)] @name) block: (_)? @body) @definition.method
  (#any-of? @_call "define_method" "define_singleton_method"))

; methods by their names: all that a call is given, and the first
((call !receiver method: (identifier) @_call arguments: (argument_list (simple_symbol) @member.method))
  (#any-of? @_call "attr_accessor" "attr_reader" "attr_writer" "attr" "cattr_accessor" "cattr_reader" "cattr_writer"
    "mattr_accessor" "mattr_reader" "mattr_writer" "thread_mattr_accessor" "thread_cattr_accessor" "attr_internal"
    "attr_internal_reader" "class_attribute" "config_accessor" "delegate"))
((call !receiver method: (identifier) @_call arguments: (argument_list . (_) (simple_symbol) @member.method))
  (#any-of? @_call "def_delegators" "def_instance_delegators"))
((call !receiver method: (identifier) @_call arguments: (argument_list . [(simple_symbol) (string)] @member.method))
  (#any-of? @_call "alias_method" "alias_attribute" "attribute" "scope" "belongs_to" "has_one" "has_many"
    "has_and_belongs_to_many" "const_set" "let" "let!" "subject" "subject!"))
(alias name: (_) @member.method)

((call method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.suite
  (#any-of? @_call "describe" "fdescribe" "xdescribe" "context" "fcontext" "xcontext" "feature" "shared_examples" "shared_examples_for" "shared_context" "namespace"))
((call !receiver method: (identifier) @_call arguments: (argument_list . (_) @name) block: (_) @body) @definition.test
  (#any-of? @_call "it" "fit" "xit" "specify" "example" "scenario" "test" "should"))
; Rake: task :build => :all do
((call !receiver method: (identifier) @_call
   arguments: (argument_list . [(pair key: (_) @name) (simple_symbol) @name (string) @name]) block: (_) @body) @definition.target
  (#any-of? @_call "task" "multitask" "rule" "file"))
