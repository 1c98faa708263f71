// A Kafka broker of one node in memory, on loopback. Prints its address, and then each record that it gets in the topics given
// as arguments: topic and value in base64, one record a line.
package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	topics := os.Args[1:]
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, topics...))
	check(err)
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.ConsumeTopics(topics...))
	check(err)
	defer client.Close()
	fmt.Println("listening on", cluster.ListenAddrs()[0])
	for {
		fetched := client.PollFetches(context.Background())
		check(fetched.Err())
		fetched.EachRecord(func(record *kgo.Record) {
			fmt.Println(record.Topic, base64.StdEncoding.EncodeToString(record.Value))
		})
	}
}
