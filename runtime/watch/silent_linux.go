package watch

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// silentKinds are file systems on which somebody else may write: inotify hears
// what this kernel does and nothing of what another machine, or the host of a
// virtual machine, does. The numbers are those of linux/magic.h.
var silentKinds = map[int64]string{
	0x6969:     "NFS",
	0x517b:     "SMB",
	0xff534d42: "CIFS",
	0xfe534d42: "SMB2",
	0x01021997: "9p",
	0x65735546: "FUSE",
	0x786f4256: "vboxsf",
	0x00c36400: "Ceph",
}

// silent says why a folder's file system cannot be trusted to send events, or "".
func silent(folder string) string {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return ""
	}
	if name := silentKinds[int64(uint32(st.Type))]; name != "" {
		return fmt.Sprintf("%s does not announce what others write", name)
	}
	return ""
}
