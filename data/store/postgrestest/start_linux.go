package postgrestest

import "syscall"

// memory is a folder that is kept in memory, where there is one with room: databases are
// made by the hundred. "" is that of all temporary files.
func memory() string {
	const dir, room = "/dev/shm", 2 << 30
	var st syscall.Statfs_t
	if syscall.Statfs(dir, &st) != nil || st.Bavail*uint64(st.Bsize) < room {
		return ""
	}
	return dir
}
