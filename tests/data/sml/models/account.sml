UserId: Entity[str] = EntityJson(type='User', path='$.author.id')
UserName: Optional[str] = JsonData(path='$.author.name', required=False)
Roles: List[str] = JsonData(path='$.author.roles')
CreatedAt: Optional[str] = JsonData(path='$.author.created_at', required=False)

Age = TimeSince(timestamp=CreatedAt)
_Day = 86400
New = Age < 172800
Young = Age < 604800
Old = Age > 31536000
Trusted = ('moderator' in Roles) or ('vip' in Roles)
NameOrNone = ResolveOptional(optional_value=UserName, default_value='')
