package code

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/ast"

	"hotshard/runtime/script/bytecode"
	"hotshard/runtime/script/syntax"
	"hotshard/runtime/script/vm"
)

// Compile compiles a file and works out its declarations. Its code remembers the whole
// text; see vm.OriginOf.
func Compile(path, hash string, src []byte) (*Unit, *Refusal) {
	text := string(src)
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	chunk, err := syntax.Parse(src, path)
	if err != nil {
		return nil, SyntaxRefusal(path, err)
	}
	chunk = injectCapture(chunk)
	proto, err := compileChunk(chunk, path+"@"+hash[:min(6, len(hash))])
	if err != nil {
		return nil, SyntaxRefusal(path, err)
	}
	for i, k := range proto.Constants {
		if k == lua.LString(captureMark) {
			proto.Constants[i] = captureFn
		}
	}
	vm.SetOrigin(proto, text, path)
	u := &Unit{Path: path, Module: ModuleName(path), Hash: hash, src: src, proto: proto,
		Policies: map[string]Policy{}, Lines: map[string]int{}, Globals: map[string]GlobalUse{},
		FieldNames: sync.OnceValue(func() map[string]lua.LValue { return constantStrings(proto, map[string]lua.LValue{}) }),
		loose: sync.OnceValue(func() map[*lua.FunctionProto]*lua.FunctionProto {
			return looseCopies(proto, map[*lua.FunctionProto]*lua.FunctionProto{})
		})}
	if err := analyse(u, chunk); err != nil {
		return nil, &Refusal{Code: RSyntax, Subject: path, File: path, Message: err.Error()}
	}
	return u, nil
}

// constantStrings collects the strings among a function's constants and those of
// the functions in it.
func constantStrings(p *lua.FunctionProto, into map[string]lua.LValue) map[string]lua.LValue {
	for _, k := range p.Constants {
		if str, ok := k.(lua.LString); ok {
			into[string(str)] = k
		}
	}
	for _, c := range p.FunctionPrototypes {
		constantStrings(c, into)
	}
	return into
}

// Loose is the declaration's code once more, for functions that belong to no declaration: those of
// Proto do, in every State that has loaded the file.
func (d *Decl) Loose() *lua.FunctionProto { return d.Unit.loose()[d.Proto] }

// looseCopies copies a function's prototype and those in it.
func looseCopies(p *lua.FunctionProto, into map[*lua.FunctionProto]*lua.FunctionProto) map[*lua.FunctionProto]*lua.FunctionProto {
	c := *p
	c.FunctionPrototypes = nil
	for _, n := range p.FunctionPrototypes {
		looseCopies(n, into)
		c.FunctionPrototypes = append(c.FunctionPrototypes, into[n])
	}
	into[p] = &c
	return into
}

// CompileText makes a function of a text that is no file of a release. Its code
// remembers the text.
func CompileText(src, name string) (*lua.FunctionProto, error) {
	chunk, err := syntax.Parse([]byte(src), name)
	if err != nil {
		return nil, err
	}
	proto, err := compileChunk(chunk, name)
	if err != nil {
		return nil, err
	}
	vm.SetOrigin(proto, src, "")
	return proto, nil
}

// compileChunk guards against the compiler's own panics, which hostile input reaches.
func compileChunk(chunk []ast.Stmt, name string) (proto *lua.FunctionProto, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the compiler gave up: %v", r)
		}
	}()
	return bytecode.Compile(chunk, name)
}

// Fingerprint identifies a function's code: instructions, constants, parameters
// and captured names, but no line numbers. nested are the fingerprints of the
// functions inside it, where they shall count.
func Fingerprint(p *lua.FunctionProto, nested ...[16]byte) [16]byte {
	h := sha256.New()
	var buf []byte
	buf = append(buf, p.NumParameters, p.IsVarArg, p.NumUpvalues, p.NumUsedRegisters, byte(len(p.FunctionPrototypes)))
	for _, c := range p.Code {
		buf = binary.LittleEndian.AppendUint32(buf, c)
	}
	for _, k := range p.Constants {
		switch k := k.(type) {
		case lua.LNumber:
			buf = binary.LittleEndian.AppendUint64(append(buf, 'n'), math.Float64bits(float64(k)))
		case lua.LString:
			buf = append(append(append(buf, 's'), k...), 0)
		case lua.LBool:
			buf = append(buf, 'b', byte(len(k.String())))
		default:
			buf = append(buf, 'z')
		}
	}
	for _, u := range p.DbgUpvalues {
		buf = append(append(buf, u...), 0)
	}
	h.Write(buf)
	for _, sum := range nested {
		h.Write(sum[:])
	}
	var out [16]byte
	copy(out[:], h.Sum(nil))
	return out
}
