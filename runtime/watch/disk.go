package watch

// Disk reads every script as it stands on the disk now, whatever was handed over:
// for comparing. An empty one has no bytes; those that cannot be read are in held,
// with the reason. It may be called from any goroutine.
func (w *Watcher) Disk() (files map[string][]byte, held map[string]string) {
	t := newTree(w.tree.root)
	list := t.walk(func(string) {})
	files, held = make(map[string][]byte, len(list.files)), list.blocked
	for _, p := range list.files {
		switch st, content := t.read(p); st.kind {
		case text:
			files[p] = content
		case empty:
			files[p] = []byte{}
		case unreadable:
			held[p] = st.detail
		}
	}
	return files, held
}
