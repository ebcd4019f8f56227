package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Dialer is how a console reaches a shard from afar.
type Dialer struct {
	Address  string                            // HOST:PORT
	Keys     []string                          // files of private keys; ~/.ssh/id_ed25519 and the like where left out
	Known    string                            // the file of known hosts; ~/.ssh/known_hosts where left out
	Password func(file string) ([]byte, error) // asks for the pass phrase of a key; nil is never
	// Trust is asked about a host that is not known yet; nil is no.
	Trust func(host, fingerprint string) bool
}

// Dial connects and returns the stream on which the protocol of the package
// command is spoken. A host whose key has changed is refused.
func (d Dialer) Dial(ctx context.Context) (io.ReadWriteCloser, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, err
	}
	if d.Known == "" {
		d.Known = filepath.Join(home, ".ssh", "known_hosts")
	}
	if len(d.Keys) == 0 {
		for _, n := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
			if p := filepath.Join(home, ".ssh", n); exists(p) {
				d.Keys = append(d.Keys, p)
			}
		}
	}
	methods, done, err := d.methods()
	if err != nil {
		return nil, err
	}
	defer done()
	config := &ssh.ClientConfig{User: "operator", Auth: methods, HostKeyCallback: d.check, Timeout: handshake}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", d.Address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewClientConn(conn, d.Address, config)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return subsystem(ssh.NewClient(c, channels, requests))
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// methods offers the keys of the agent and of the files; done ends the talk with
// the agent.
func (d Dialer) methods() (methods []ssh.AuthMethod, done func(), err error) {
	done = func() {}
	var signers []ssh.Signer
	for _, file := range d.Keys {
		s, err := d.signer(file)
		if err != nil {
			return nil, done, err
		}
		if s != nil {
			signers = append(signers, s)
		}
	}
	if socket := os.Getenv("SSH_AUTH_SOCK"); socket != "" {
		if conn, err := net.Dial("unix", socket); err == nil {
			done = func() { conn.Close() }
			if more, err := agent.NewClient(conn).Signers(); err == nil {
				signers = append(signers, more...)
			}
		}
	}
	if len(signers) == 0 {
		return nil, done, errors.New("there is no key to come in with: ssh-keygen makes one, --identity names one")
	}
	return []ssh.AuthMethod{ssh.PublicKeys(signers...)}, done, nil
}

// signer reads one key. A locked one that nobody can be asked about is left out.
func (d Dialer) signer(file string) (ssh.Signer, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	s, err := ssh.ParsePrivateKey(b)
	var locked *ssh.PassphraseMissingError
	if !errors.As(err, &locked) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		return s, nil
	}
	if d.Password == nil {
		return nil, nil
	}
	phrase, err := d.Password(file)
	if err != nil {
		return nil, err
	}
	if s, err = ssh.ParsePrivateKeyWithPassphrase(b, phrase); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// check compares the host's key with the known ones.
func (d Dialer) check(host string, addr net.Addr, key ssh.PublicKey) error {
	known, err := knownhosts.New(d.Known)
	if err == nil {
		err = known(host, addr, key)
	}
	var other *knownhosts.KeyError
	unknown := errors.Is(err, fs.ErrNotExist) || errors.As(err, &other) && len(other.Want) == 0
	print := ssh.FingerprintSHA256(key)
	switch {
	case err == nil:
		return nil
	case other != nil && len(other.Want) > 0:
		return fmt.Errorf("%s shows another key than the one in %s: %s. Either the shard was moved, or somebody stands between", host, d.Known, print)
	case !unknown:
		return err
	case d.Trust == nil || !d.Trust(host, print):
		return fmt.Errorf("%s is not known yet; its key is %s", host, print)
	}
	if err := os.MkdirAll(filepath.Dir(d.Known), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(d.Known, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, knownhosts.Line([]string{knownhosts.Normalize(host)}, key))
	return errors.Join(err, f.Close())
}

// stream is the channel of a console and the connection under it.
type stream struct {
	io.Reader
	io.WriteCloser
	client *ssh.Client
}

// Close ends the connection.
func (s stream) Close() error {
	_ = s.WriteCloser.Close() // it ends with the connection anyway
	return s.client.Close()
}

// subsystem opens the console's channel.
func subsystem(c *ssh.Client) (io.ReadWriteCloser, error) {
	session, err := c.NewSession()
	if err != nil {
		c.Close()
		return nil, err
	}
	in, err := session.StdinPipe()
	if err != nil {
		c.Close()
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err == nil {
		err = session.RequestSubsystem(Subsystem)
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("what answers there is no shard: %w", err)
	}
	return stream{out, in, c}, nil
}
