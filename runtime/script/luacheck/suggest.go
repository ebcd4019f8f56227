package luacheck

import "hotshard/runtime/script/spell"

// suggest returns ", did you mean X?" for the known name nearest to the unknown
// one, or nothing when none is near.
func suggest(unknown string, known []string) string {
	if near := spell.Nearest(unknown, known); near != "" {
		return ", did you mean " + near + "?"
	}
	return ""
}
