Import(rules=['models/base.sml'])

Link01 = Rule(when_all=[New], description='link 1')

Link02 = Rule(when_all=[Young, not Trusted], description='link 2')

Link03 = Rule(when_all=[Age < 3600], description='link 3')

Link04 = Rule(when_all=[ListLength(list=Links) > 1], description='link 4')

Link05 = Rule(when_all=[Short], description='link 5')

Link06 = Rule(when_all=[Long, not Old], description='link 6')

Link07 = Rule(when_all=[StringStartsWith(s=Text, start='http')], description='link 7')

Link08 = Rule(when_all=[StringEndsWith(s=Text, end='!')], description='link 8')

Link09 = Rule(when_all=[NameOrNone == ''], description='link 9')

Link10 = Rule(when_all=[RegexMatch(target=UserName, pattern='[0-9]{4,}$')], description='link 10')

WhenRules(rules_any=[Link01, Link02, Link03, Link04, Link05, Link06], then=[DeclareVerdict(verdict='review')])

WhenRules(rules_any=[Link07, Link08, Link09, Link10], then=[DeclareVerdict(verdict='reject'), LabelAdd(entity=Channel, label='linked', expires_after=TimeDelta(hours=1))])
