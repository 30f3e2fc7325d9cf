(stylesheet (rule_set (selectors) @name) @definition.rule)
(stylesheet (media_statement (block) @body) @definition.media)
(stylesheet (supports_statement (block) @body) @definition.supports)
(keyframes_statement (keyframes_name) @name) @definition.keyframes
(stylesheet (at_rule (at_keyword) @name) @definition.at_rule)
