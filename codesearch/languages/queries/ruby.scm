(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(class name: (_) @qualified) @definition.class
(module name: (_) @qualified) @definition.module
; class << self: its methods belong to the class around it
(singleton_class) @definition.namespace

; Point = Struct.new(:x, :y) do … end
((_ left: (constant) @name
   right: (_ receiver: (constant) @_maker method: (identifier) @_make block: (_)? @body)) @definition.module
  (#eq? @_maker "Module") (#eq? @_make "new"))
((_ left: (constant) @name
   right: (_ receiver: (constant) @_maker method: (identifier) @_make block: (_)? @body)) @definition.class
  (#any-of? @_maker "Struct" "Data" "Class")
  (#any-of? @_make "new" "define"))
((_ receiver: (constant) @_maker method: (identifier) @_make . arguments: (_ (simple_symbol) @member.method))
  (#any-of? @_maker "Struct" "Data")
  (#any-of? @_make "new" "define"))
(assignment left: [(_ name: (constant) @member.constant) (constant) @member.constant]) @span
([
   (left_assignment_list (constant) @member.constant)
   (destructured_left_assignment (constant) @member.constant)
   (rest_assignment (constant) @member.constant)
 ])
(operator_assignment left: [(_ name: (constant) @member.constant) (constant) @member.constant]) @span

((call !receiver method: (identifier) @_call arguments: (_ . [(simple_symbol) (string)] @name) block: (_)? @body) @definition.method
  (#any-of? @_call "define_method" "define_singleton_method"))

; methods by their names: all that a call is given, and the first
((call !receiver method: (identifier) @_call arguments: (_ (simple_symbol) @member.method))
  (#any-of? @_call "attr_accessor" "attr_reader" "attr_writer" "attr" "cattr_accessor" "cattr_reader" "cattr_writer"
    "mattr_accessor" "mattr_reader" "mattr_writer" "thread_mattr_accessor" "thread_cattr_accessor" "attr_internal"
    "attr_internal_reader" "class_attribute" "config_accessor" "delegate"))
((_ method: (identifier) @_call . arguments: (_ . (_) (simple_symbol) @member.method)) @without.receiver
  (#any-of? @_call "def_delegators" "def_instance_delegators"))
((call !receiver method: (identifier) @_call arguments: (_ . [(simple_symbol) (string)] @member.method))
  (#any-of? @_call "alias_method" "alias_attribute" "attribute" "scope" "belongs_to" "has_one" "has_many"
    "has_and_belongs_to_many" "const_set" "let" "let!" "subject" "subject!"))
(alias name: (_) @member.method)

((_ method: (identifier) @_call . arguments: (_ . (_) @name) block: (_) @body) @definition.suite
  (#any-of? @_call "describe" "fdescribe" "xdescribe" "context" "fcontext" "xcontext" "feature" "shared_examples" "shared_examples_for" "shared_context" "namespace"))
((_ method: (identifier) @_call . arguments: (_ . (_) @name) block: (_) @body) @definition.test @without.receiver
  (#any-of? @_call "it" "fit" "xit" "specify" "example" "scenario" "test" "should"))
; Rake: task :build => :all do
((_ method: (identifier) @_call
   . arguments: (_ . [(pair key: (_) @name) (simple_symbol) @name (string) @name]) block: (_) @body) @definition.target @without.receiver
  (#any-of? @_call "task" "multitask" "rule" "file"))
