package metrics

// What there is. Names end in their unit; a player is never a label.
var (
	ReloadTotal    = counter("reload_total", "Changes of scripts, by what became of them.", "outcome")
	ReloadPause    = histogram("reload_pause_seconds", "How long the system that stood still for longest did so, of each change.")
	ReleaseRunning = gauge("release", "The release that runs, canaries aside.")
	ReleaseCanary  = gauge("canary_release", "The release that runs on some systems only, 0 for none.")
	LivePatches    = gauge("live_patches", "Open patches.")
	QueuedFiles    = gauge("queued_files", "Saved files that wait for promote.")
	OldFrames      = gauge("old_frames", "Suspended tasks that finish in code of an earlier release.")

	Upgrades     = counter("upgrades_total", "Attempts of another program to go on with the shard, by how they ended.", "outcome")
	UpgradePause = gauge("upgrade_pause_seconds", "How long the game stood still when this process took over from the one before it; 0 where it did not.")

	Uptime       = gauge("uptime_seconds", "Since the start.")
	Players      = gauge("players", "Characters in the game.")
	Running      = gauge("systems_running", "Systems and services that are loaded.")
	Awake        = gauge("systems_awake", "Systems and services that tick.")
	Resting      = gauge("systems_resting", "Systems that nobody uses: they lie on the disk until somebody does.")
	RestingBytes = gauge("systems_resting_bytes", "Images of systems that rest.")
	RestedTotal  = counter("systems_rested_total", "Times that a system was written down and unloaded because nobody used it.")
	WokenTotal   = counter("systems_woken_total", "Times that a system that rested was brought back.")
	WakeFailures = counter("system_wake_failures_total", "Times that a system that rested could not go on, and started from the store.")
	TickTime     = histogram("tick_duration_seconds", "How long the ticks of all systems took.")
	LateTicks    = counter("late_ticks_total", "Ticks that took longer than their period.")
	CrashesTotal = counter("crashes_total", "Systems that were brought back after a panic.")
	Messages     = counter("messages_total", "Messages that systems have taken from their inboxes.")
	CommandsRun  = counter("commands_total", "Commands of players that were run.")
	CommandsShed = counter("commands_shed_total", "Commands of players refused because too many waited.")
	CallsServed  = counter("service_calls_total", "Calls that services have served.")

	SystemPlayers  = gauge("system_players", "Characters in a system that is awake.", "system")
	SystemBusy     = counter("system_busy_seconds_total", "What the ticks of a system that is awake have taken since it was loaded.", "system")
	SystemDilation = gauge("system_dilation_ratio", "Game seconds in a real one, of a system that is awake.", "system")
	SystemShare    = gauge("system_share_ratio", "Share of a processor that a system that is awake is held to: 1, or less because others suffered.", "system")
	SystemQueue    = gauge("system_queue_messages", "Messages in the inbox of a system that is awake.", "system")
	SystemWaiting  = gauge("system_door_players", "Players before the door of a full system.", "system")

	Connections        = gauge("connections", "Open connections of all kinds on the players' port.")
	ConnectionsNobodys = gauge("connections_unsigned", "Open connections on the players' port on which nobody has signed in.")

	Sockets         = gauge("sockets", "Open connections of players.")
	SocketsUnsigned = gauge("sockets_unsigned", "Open connections on which nobody has signed in.")
	Lingering       = gauge("players_lingering", "Characters in the game whose connection broke, who may come back.")
	SignInsWaiting  = gauge("signins_waiting", "Passwords that wait to be checked.")
	RefusalsTotal   = counter("refusals_total", "What was refused to whoever comes from outside, by kind: connections, requests, attempts to sign in.", "kind")
	BacklogsDropped = counter("backlogs_dropped_total", "Times that a slow player's backlog of changes was given up for a snapshot.")
	Requests        = counter("requests_total", "Requests of players.")
	ReceivedBytes   = counter("received_bytes_total", "Bytes of players' requests.")
	Frames          = counter("frames_total", "Frames sent to players.")
	SentBytes       = counter("sent_bytes_total", "Bytes of frames sent to players.")

	Commits       = counter("store_commits_total", "Transactions of the store.")
	Changes       = counter("store_changes_total", "Changes asked of the store, by whether they were kept.", "kept")
	CommitMedian  = gauge("store_commit_median_seconds", "How long a commit took, of the last 1,024.")
	CommitP99     = gauge("store_commit_p99_seconds", "How long 99 in a hundred of the last 1,024 commits took at most.")
	CommitMax     = gauge("store_commit_max_seconds", "How long the longest of the last 1,024 commits took.")
	StoreQueue    = gauge("store_queue_changes", "Changes that wait for the store.")
	AuditBehind   = gauge("audit_behind_entries", "Audit entries that audit.jsonl does not have yet.")
	DiskFreeBytes = gauge("disk_free_bytes", "Room on the disk that holds the database.")

	BackupLast     = gauge("backup_last_timestamp_seconds", "When the last daily backup was made, in Unix time; 0 for never.")
	BackupBytes    = gauge("backup_last_bytes", "Size of the last daily backup since the start.")
	BackupFailures = counter("backup_failures_total", "Daily backups that were not made.")

	ScriptErrors    = counter("script_errors_total", "Errors in scripts.")
	BudgetStops     = counter("budget_stops_total", "Scripts that were stopped because their budget was used up.")
	QuarantineSize  = gauge("quarantined_functions", "Functions that failed at every run and are not run any more, by each system that set one aside.")
	QuarantineTotal = counter("quarantines_total", "Times that a function was set aside because it failed at every run.")
	LuaSteps        = counter("lua_steps_total", "Steps of Lua (calls and turns of loops), by the module that took them; sampled.", "module")
	LuaHeld         = gauge("lua_held_bytes", "Lua values that are held in all systems and services that are loaded, by the module that holds them; sampled.", "module")
	FunctionErrors  = counter("function_errors_total", "Errors in scripts, by function and release.", "function", "release")

	BooksWrong    = gauge("books_wrong", "What the last audit of the books found wrong: 0, or somebody has to look.")
	BooksPostings = gauge("books_postings", "Postings that the last audit of the books read.")
	BooksHoldings = gauge("books_holdings", "Holdings that the last audit of the books compared the postings with.")
	BooksTook     = gauge("books_audit_seconds", "How long the last audit of the books took.")

	IsReady      = gauge("ready", "1 where players can play: what /readyz says.")
	TroubleKind  = gauge("trouble", "1 for each kind of thing that is not well.", "kind")
	StaleSystems = gauge("stale_systems", "Systems that are at one tick for seconds.")
	ProbeTook    = gauge("store_probe_seconds", "How long the last small write to see whether the store takes one took, or has taken so far.")
)

// What stands in the place of a module in LuaHeld: nobody's, and those that are too many to be
// told apart.
const (
	NoModule     = "(none)"
	OtherModules = "(others)"
)
