package dap

import (
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"hotshard/runtime/record"
)

// said is a message of the protocol.
func said(text string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text) }

func request(seq int, command, args string) string {
	return said(fmt.Sprintf(`{"seq":%d,"type":"request","command":%q,"arguments":%s}`, seq, command, args))
}

// FuzzEditor says whatever an editor may: the session ends when the editor goes, and what
// it debugs is none the worse.
func FuzzEditor(f *testing.F) {
	begin := request(1, "initialize", `{"adapterID":"x"}`) + request(2, "launch", `{}`)
	f.Add([]byte(""))
	f.Add([]byte(begin))
	f.Add([]byte(begin + request(3, "setBreakpoints", `{"source":{"path":"main.lua"},"breakpoints":[{"line":2,"condition":"true"}]}`) + request(4, "configurationDone", `{}`) + request(5, "continue", `{"threadId":1}`)))
	f.Add([]byte(begin + request(3, "stackTrace", `{"threadId":1}`) + request(4, "scopes", `{"frameId":1}`) + request(5, "variables", `{"variablesReference":1}`)))
	f.Add([]byte(begin + request(3, "evaluate", `{"expression":"1+1","context":"repl"}`) + request(4, "next", `{"threadId":1}`) + request(5, "stepBack", `{"threadId":1}`)))
	f.Add([]byte(begin + request(3, "evaluate", `{"expression":"while true do end","frameId":-1}`) + request(4, "source", `{"sourceReference":-7}`) + request(5, "setVariable", `{"variablesReference":9,"name":"x","value":"("}`)))
	f.Add([]byte("Content-Length: 99999999999\r\n\r\n"))
	f.Add([]byte("Content-Length: -1\r\n\r\n{}"))
	f.Add([]byte(said(`{"type":"event"}`) + said(`[]`) + said(`{"seq":1,"type":"request","command":"no such"}`)))
	rec, setup := recorded(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		here, there := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			serve(there, Config{Scripts: ".", Open: func(h record.Hooks) (*record.Deck, error) { return rec.NewDeck(setup, time.Time{}, h) }})
			there.Close()
		}()
		go io.Copy(io.Discard, here)
		_ = here.SetWriteDeadline(time.Now().Add(time.Minute))
		_, _ = here.Write(b) // an editor that says nonsense is left
		here.Close()
		<-done
	})
}
