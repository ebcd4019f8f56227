package code

// The codes of refusals: why a change was not applied.
const (
	RSyntax        = "R-SYNTAX"         // the text is no Lua
	RLoad          = "R-LOAD"           // a top level failed, or nothing has the name
	RBudget        = "R-BUDGET"         // a top level spent its steps, memory or time
	REffect        = "R-EFFECT"         // a top level would change the world at every reload
	RHost          = "R-HOST"           // the engine, the disk or a system could not
	RKind          = "R-KIND"           // something becomes another kind of thing
	RStale         = "R-STALE"          // it was made for what no longer is
	RStateType     = "R-STATE-TYPE"     // live state would change its type
	RMigrate       = "R-MIGRATE"        // a migration failed
	RNoDown        = "R-NODOWN"         // a migration cannot be taken back
	RPatchConflict = "R-PATCH-CONFLICT" // a patch and its file, or another patch, do not go together
)

// The codes of warnings: what an operator should know of a change that is applied.
const (
	WArity       = "W-ARITY"        // a function takes other arguments, and a caller is known or none
	WBase        = "W-BASE"         // a class has another base
	WCheck       = "W-CHECK"        // reading the scripts finds a mistake
	WClosureOld  = "W-CLOSURE-OLD"  // closures keep their code
	WDeleted     = "W-DELETED"      // a function or a module is gone, and somebody holds it
	WFields      = "W-FIELDS"       // instances made before lack fields
	WFrameOld    = "W-FRAME-OLD"    // suspended work finishes in its own code
	WGlobal      = "W-GLOBAL"       // a global is new, or one that nobody has is used
	WOrphanState = "W-ORPHAN-STATE" // state that the source no longer has
	WPatched     = "W-PATCHED"      // a saved function is under a patch
	WStateKept   = "W-STATE-KEPT"   // live state stays though its source changed
)
