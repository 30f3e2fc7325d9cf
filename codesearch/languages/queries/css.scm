; Nested rules stay with their parent; at-rules get their names in hooks/css.py.
(stylesheet (rule_set (selectors) @name (block) @body) @definition.rule)
(stylesheet (keyframes_statement (keyframes_name) @name (_) @body) @definition.rule)
(stylesheet (media_statement (block) @body) @definition.rule)
(stylesheet (supports_statement (block) @body) @definition.rule)
(stylesheet (at_rule (at_keyword) (block) @body) @definition.rule)

(class_selector (class_name) @member.rule)
(id_selector (id_name) @member.rule)
(media_statement (block (rule_set (selectors) @member.rule)))
(supports_statement (block (rule_set (selectors) @member.rule)))
((declaration (property_name) @member.property) (#match? @member.property "^--"))
