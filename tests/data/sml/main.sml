Import(rules=['models/base.sml', 'models/account.sml'])

Require(rule='rules/words.sml')
Require(rule='rules/links.sml', require_if=HasLinks)
Require(rule='rules/accounts.sml')
Require(rule='rules/labels.sml')
Require(rule='rules/sms.sml', require_if=Kind == 'sms')
