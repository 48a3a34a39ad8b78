package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

// UserCmd keeps accounts.
type UserCmd struct {
	Add     UserAddCmd     `cmd:"" help:"Add an account. The password comes from GRIDCOMMAND_PASSWORD or the first line of stdin."`
	Passwd  UserPasswdCmd  `cmd:"" help:"Set an account's password; its sessions end."`
	Duties  UserDutiesCmd  `cmd:"" help:"Set what a person does: the posts held, the grids walked. It counts at once."`
	Disable UserDisableCmd `cmd:"" help:"Disable an account; its sessions and sockets end."`
	List    UserListCmd    `cmd:"" help:"List accounts."`
}

// UserAddCmd adds an account.
type UserAddCmd struct {
	At
	Name string `arg:"" help:"Account name."`
	Role string `required:"" help:"inspector, community, handler, street, district, hotline, supervisor, screen or admin."`
	Unit string `required:"" help:"Code of the unit the person acts for."`
	dutyFlags
}

// dutyFlags are what a person does beyond the role. None given: all of it.
type dutyFlags struct {
	Posts []jurisdiction.Post `help:"Posts held: intake, dispatch, closing, duty_leader, clerk (default: all)."`
	Grids []string            `help:"Grids an inspector walks, 15 digits each (default: all of the community)."`
}

func (f dutyFlags) duties() accounts.Duties { return accounts.Duties{Posts: f.Posts, Grids: f.Grids} }

// Run adds the account.
func (c *UserAddCmd) Run(ctx context.Context, console *Console) error {
	return c.order(ctx, console, order{
		Do: "user add", Name: c.Name, Role: jurisdiction.Role(c.Role), Unit: c.Unit, Duties: c.duties(),
	}, true)
}

// UserDutiesCmd sets what a person does.
type UserDutiesCmd struct {
	At
	Name string `arg:""`
	dutyFlags
}

// Run sets it: what is not given is all of its kind.
func (c *UserDutiesCmd) Run(ctx context.Context, console *Console) error {
	return c.order(ctx, console, order{Do: "user duties", Name: c.Name, Duties: c.duties()}, false)
}

// UserPasswdCmd sets a password.
type UserPasswdCmd struct {
	At
	Name string `arg:""`
}

// Run sets the password.
func (c *UserPasswdCmd) Run(ctx context.Context, console *Console) error {
	return c.order(ctx, console, order{Do: "user passwd", Name: c.Name}, true)
}

// UserDisableCmd disables an account.
type UserDisableCmd struct {
	At
	Name string `arg:""`
}

// Run disables the account.
func (c *UserDisableCmd) Run(ctx context.Context, console *Console) error {
	return c.order(ctx, console, order{Do: "user disable", Name: c.Name}, false)
}

func (a At) order(ctx context.Context, console *Console, o order, password bool) error {
	p, err := a.place()
	if err != nil {
		return err
	}
	if password {
		if o.Password, err = readPassword(); err != nil {
			return err
		}
	}
	_, err = send(ctx, console, p, o)
	return err
}

// readPassword never takes a password from the command line, where other
// processes could read it.
func readPassword() (string, error) {
	if text := os.Getenv("GRIDCOMMAND_PASSWORD"); text != "" {
		return text, nil
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usagef("no password: set GRIDCOMMAND_PASSWORD or give it as the first line of stdin (%v)", err)
	}
	return line, nil
}

// UserListCmd lists accounts.
type UserListCmd struct {
	At
	JSON bool `name:"json"`
}

// An accountLine is an account as other programs read it.
type accountLine struct {
	Name       string            `json:"name"`
	Role       jurisdiction.Role `json:"role"`
	Unit       string            `json:"unit"`
	CreatedAt  time.Time         `json:"created_at"`
	DisabledAt *time.Time        `json:"disabled_at"`

	Posts []jurisdiction.Post `json:"posts"` // none: all
	Grids []string            `json:"grids"` // none: all of the community
}

// Run lists the accounts.
func (c *UserListCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "user list"})
	if err != nil {
		return err
	}
	if c.JSON {
		lines := make([]accountLine, len(r.Accounts))
		for i, a := range r.Accounts {
			lines[i] = accountLine{
				Name: a.Name, Role: a.Role, Unit: a.Unit, CreatedAt: a.CreatedAt, DisabledAt: a.DisabledAt,
				Posts: append([]jurisdiction.Post{}, a.Posts...), Grids: append([]string{}, a.Grids...),
			}
		}
		return json.NewEncoder(console.Out).Encode(lines)
	}
	w := tabwriter.NewWriter(console.Out, 0, 0, 2, ' ', 0)
	for _, a := range r.Accounts {
		state := ""
		if a.DisabledAt != nil {
			state = "disabled"
		}
		duties := strings.Join(a.Grids, " ")
		for i := len(a.Posts) - 1; i >= 0; i-- {
			duties = strings.TrimSpace(string(a.Posts[i]) + " " + duties)
		}
		if duties != "" {
			duties = "\t" + duties // no column where nobody has any
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s%s\n", a.Name, a.Role, a.Unit, state, duties)
	}
	return w.Flush()
}
