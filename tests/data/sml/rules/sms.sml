Import(rules=['models/base.sml'])

Sms01 = Rule(when_all=[Short], description='sms 1')

Sms02 = Rule(when_all=[Long], description='sms 2')

Sms03 = Rule(when_all=[New], description='sms 3')

Sms04 = Rule(when_all=[RegexMatch(target=Text, pattern='stop', case_insensitive=True)], description='sms 4')

WhenRules(rules_any=[Sms01, Sms02, Sms03, Sms04], then=[DeclareVerdict(verdict='mute')])
