package wire

import (
	"encoding/json"

	"hotshard/runtime/world"
)

// The limits of a request.
const (
	MaxDepth   = 16      // arrays and objects within each other
	MaxID      = 1 << 53 // of a request: what a JavaScript number holds exactly
	MaxCommand = 64      // bytes of a command's name
)

// Request is what a player asks: `{"id":7,"cmd":"orbit","args":{...}}`.
type Request struct {
	ID      uint64
	Command string
	Args    world.Value // nil when absent
}

// DecodeRequest reads the payload of a message from a player: a JSON text, behind a
// byte 0 if the player likes. The error can be shown; the request then holds the id
// as far as it was understood.
func DecodeRequest(payload []byte) (Request, *Error) {
	if len(payload) > 0 && Kind(payload[0]) == KindText {
		payload = payload[1:]
	}
	if depth(payload) > MaxDepth {
		return Request{}, Errorf(CodeBadRequest, "The request is nested more than %d deep.", MaxDepth)
	}
	var r struct {
		ID   *uint64     `json:"id"`
		Cmd  string      `json:"cmd"`
		Args world.Value `json:"args"`
	}
	err := json.Unmarshal(payload, &r)
	var req Request
	if r.ID != nil {
		req.ID = *r.ID
	}
	switch {
	case err != nil:
		return req, Errorf(CodeBadRequest, `A request is a JSON object: {"id":1,"cmd":"ping","args":{}}.`)
	case r.ID == nil || *r.ID > MaxID:
		return Request{}, Errorf(CodeBadRequest, "A request needs an id: a whole number from 0 to 2^53.")
	case r.Cmd == "" || len(r.Cmd) > MaxCommand:
		return req, Errorf(CodeBadRequest, "A request names its cmd, in at most %d bytes.", MaxCommand)
	}
	req.Command, req.Args = r.Cmd, r.Args
	return req, nil
}

// AppendRequest appends the JSON text of a request, for clients.
func AppendRequest(dst []byte, r Request) []byte {
	dst = appendID(dst, `{"id":`, r.ID)
	dst = appendString(append(dst, `,"cmd":`...), r.Command)
	if r.Args != nil {
		dst = AppendValue(append(dst, `,"args":`...), r.Args)
	}
	return append(dst, '}')
}

// depth returns how deep brackets are nested, those in strings aside. It does not
// care whether the text is JSON otherwise.
func depth(text []byte) int {
	deepest, now, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}
