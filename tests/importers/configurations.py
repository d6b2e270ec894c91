"""Configurations of other tools, as their users write them: tool → file → text."""

GATUS = """\
x-defaults: &defaults
  interval: 30s
  client: {timeout: 3s, insecure: true}
alerting:
  slack:
    webhook-url: "https://hooks.slack.example/services/AAA/BBB"
    default-alert: {enabled: true, failure-threshold: 4, success-threshold: 3, send-on-resolved: true}
  email: {from: gatus@example.com, username: gatus, password: "hunter22", host: mail.example.com, port: 587, to: "a@example.com,b@example.com"}
  pagerduty: {integration-key: "0123456789abcdef0123456789abcdef"}
  zulip: {bot-email: x, bot-api-key: y}
endpoints:
  - name: Front End
    group: shop
    url: "https://shop.example.com/health"
    <<: *defaults
    method: POST
    body: '{"a": "${NOT_OURS}"}'
    headers: {Content-Type: application/json, Authorization: Bearer abcdef}
    conditions:
      - "[STATUS] == 200"
      - "[BODY].user.name == john"
      - "len([BODY].items) > 3"
      - "has([BODY].errors) == false"
      - "[RESPONSE_TIME] < 500"
      - "[CERTIFICATE_EXPIRATION] > 48h"
      - "[BODY].data[0].id == any(1, 2)"
      - "[IP] == 127.0.0.1"
      - "nonsense"
    alerts:
      - type: slack
        description: "shop is down {{x}}"
      - {type: email, failure-threshold: 2, send-on-resolved: false}
      - type: zulip
    ui: {hide-url: true}
  - name: front end
    group: shop
    url: https://shop.example.com/other
    conditions: ["[STATUS] == any(200, 429)", "[BODY] == pat(*ok*)"]
  - {name: dns, url: 192.0.2.53, dns: {query-name: example.com, query-type: MX}, conditions: ["[DNS_RCODE] == NOERROR", "[BODY] == pat(*.example.com.)"]}
  - {name: ping, url: "icmp://gw.example.com", conditions: ["[CONNECTED] == true"]}
  - {name: tcp, url: "tcp://db.example.com:5432", conditions: ["[CONNECTED] == true", "[RESPONSE_TIME] < 100"]}
  - {name: udp, url: "udp://db.example.com:53", conditions: ["[CONNECTED] == true"]}
  - {name: mail, url: "starttls://smtp.example.com:587", conditions: ["[CERTIFICATE_EXPIRATION] > 168h"]}
  - {name: live, url: "wss://live.example.com/x", body: hi, conditions: ["[BODY] == pong"]}
  - {name: domain, url: "https://example.com", interval: 24h, conditions: ["[DOMAIN_EXPIRATION] > 720h"]}
  - {name: ssh, url: "ssh://box.example.com:22", ssh: {username: u, password: p}, body: '{"command": "uptime"}', conditions: ["[STATUS] == 0"]}
  - {name: off, enabled: false, url: "https://off.example.com", conditions: []}
  - {name: sctp, url: "sctp://x:1", conditions: []}
  - name: oauth
    url: https://api.example.com
    client: {oauth2: {token-url: "https://id.example.com/t", client-id: c, client-secret: s, scopes: [a]}, ignore-redirect: true, dns-resolver: "tcp://1.1.1.1:53"}
    conditions: ["[STATUS] < 300"]
external-endpoints:
  - {name: backup, token: "topsecret1", heartbeat: {interval: 30m}, alerts: [{type: slack}]}
suites:
  - name: login
    interval: 10m
    endpoints:
      - {name: open, url: "https://shop.example.com/login", conditions: ["[STATUS] == 200"], store: {t: "[BODY].token"}}
      - {name: close, url: "https://shop.example.com/logout", conditions: ["[STATUS] == 200"], always-run: true}
storage: {type: sqlite, path: /data/data.db}
nonsense: {}
"""

KUMA = """\
{"version": "1.23.11", "notificationList": [
  {"id": 1, "name": "Team Slack", "config": "{\\"type\\": \\"slack\\", \\"slackwebhookURL\\": \\"https://hooks.slack.example/x\\"}"},
  {"id": 2, "name": "Mail", "config": "{\\"type\\": \\"smtp\\", \\"smtpHost\\": \\"mail.example.com\\", \\"smtpPort\\": 465, \\"smtpSecure\\": true, \\"smtpFrom\\": \\"k@example.com\\", \\"smtpTo\\": \\"a@example.com, b@example.com\\", \\"smtpUsername\\": \\"k\\", \\"smtpPassword\\": \\"hunter22\\"}"},
  {"id": 3, "name": "Odd", "config": "{\\"type\\": \\"pigeon\\"}"}],
 "monitorList": [
  {"id": 1, "name": "Shop", "type": "keyword", "url": "https://shop.example.com", "method": "GET", "interval": 60, "retryInterval": 20, "maxretries": 2, "keyword": "Welcome", "accepted_statuscodes": ["200-299", "302"], "active": true, "notificationIDList": {"1": true, "2": true}, "headers": "{\\"Authorization\\": \\"Bearer topsecret1\\", \\"A\\": \\"b\\"}", "tags": [{"name": "team", "value": "shop"}, {"name": "9!", "value": ""}], "parent": 6, "expiryNotification": true, "timeout": 48},
  {"id": 2, "name": "Shop", "type": "json-query", "url": "https://api.example.com", "jsonPath": "$.status", "expectedValue": "ok", "interval": 30, "active": 1, "basic_auth_user": "u", "basic_auth_pass": "hunter22", "accepted_statuscodes": ["200"]},
  {"id": 3, "name": "DB", "type": "postgres", "databaseConnectionString": "postgres://u:hunter22@db/x", "databaseQuery": "SELECT 1", "interval": 60, "active": true},
  {"id": 4, "name": "Backup", "type": "push", "pushToken": "topsecret1", "interval": 3600, "active": true},
  {"id": 5, "name": "GW", "type": "ping", "hostname": "gw.example.com", "interval": 20, "active": true, "upsideDown": false},
  {"id": 6, "name": "Group A", "type": "group", "interval": 60, "active": true},
  {"id": 7, "name": "Paused", "type": "http", "url": "https://p.example.com", "active": false, "interval": 60},
  {"id": 8, "name": "Game", "type": "gamedig", "hostname": "g.example.com", "port": 1, "interval": 60, "active": true},
  {"id": 9, "name": "NS", "type": "dns", "hostname": "example.com", "dns_resolve_server": "1.1.1.1", "dns_resolve_type": "A", "interval": 60, "active": true, "port": 53},
  {"id": 10, "name": "Port", "type": "port", "hostname": "db.example.com", "port": 5432, "interval": 60, "active": true},
  {"id": 11, "name": "MQ", "type": "mqtt", "hostname": "mqtt://mq.example.com", "port": 1883, "mqttTopic": "a/b", "mqttSuccessMessage": "ok", "interval": 60, "active": true}],
 "statusPageList": [{"id": 1, "slug": "public", "title": "Status", "description": "x", "publicGroupList": [{"name": "Main", "monitorList": [{"id": 1, "name": "Shop"}, {"id": 5, "name": "GW"}]}], "customCSS": "body{}", "domainNameList": ["status.example.com"]}],
 "maintenanceList": [{"title": "Upgrade", "strategy": "single", "dateRange": ["2026-12-01 01:00:00", "2026-12-01 02:00:00"], "monitorList": [{"id": 1}]}, {"title": "x", "strategy": "cron"}],
 "proxyList": [{"id": 1}]}
"""

BLACKBOX = {
    "blackbox.yml": """\
modules:
  http_2xx:
    prober: http
    timeout: 5s
    http:
      valid_status_codes: [200, 204]
      method: POST
      headers: {X-A: b, X-Token: topsecret1}
      body: '{}'
      basic_auth: {username: u, password: hunter22}
      fail_if_body_matches_regexp: [Error]
      fail_if_body_not_matches_regexp: [OK, "a(b"]
      fail_if_header_not_matches: [{header: Content-Type, regexp: json}]
      fail_if_not_ssl: true
      tls_config: {insecure_skip_verify: true, ca_file: /x}
      preferred_ip_protocol: ip4
      ip_protocol_fallback: false
      follow_redirects: false
      surprise: 1
  tcp_connect: {prober: tcp, timeout: 3s, tcp: {query_response: [{expect: "^220"}, {send: QUIT}]}}
  tls: {prober: tcp, tcp: {tls: true}}
  imap: {prober: tcp, tcp: {query_response: [{expect: OK}, {send: ". STARTTLS"}, {starttls: true}]}}
  icmp: {prober: icmp}
  dns: {prober: dns, dns: {query_name: example.com, query_type: SOA, transport_protocol: tcp, valid_rcodes: [NOERROR]}}
  grpc: {prober: grpc, grpc: {service: shop.Cart, tls: true}}
  unused: {prober: http}
  weird: {prober: smoke}
""",
    "prometheus.yml": """\
global: {scrape_interval: 30s}
scrape_configs:
  - job_name: web
    metrics_path: /probe
    params: {module: [http_2xx]}
    static_configs:
      - targets: ["https://shop.example.com", "plain.example.com"]
        labels: {team: shop, __x: y}
    relabel_configs: [{source_labels: [__address__], target_label: __param_target}]
  - {job_name: smtp, metrics_path: /probe, params: {module: [tcp_connect]}, static_configs: [{targets: ["mail.example.com:25", "noport"]}]}
  - {job_name: tls, metrics_path: /probe, params: {module: [tls]}, static_configs: [{targets: ["ldap.example.com:636"]}]}
  - {job_name: imap, metrics_path: /probe, params: {module: [imap]}, static_configs: [{targets: ["mail.example.com:143"]}]}
  - {job_name: icmp, metrics_path: /probe, params: {module: [icmp]}, file_sd_configs: [{files: [targets.yml, gone.yml]}]}
  - {job_name: dns, metrics_path: /probe, params: {module: [dns]}, static_configs: [{targets: ["192.0.2.53"]}]}
  - {job_name: grpc, metrics_path: /probe, params: {module: [grpc]}, static_configs: [{targets: ["api.example.com:443"]}]}
  - {job_name: weird, metrics_path: /probe, params: {module: [weird]}, static_configs: [{targets: [x]}]}
  - {job_name: gone, metrics_path: /probe, params: {module: [missing]}, static_configs: [{targets: [x]}]}
  - {job_name: found, metrics_path: /probe, params: {module: [icmp]}, kubernetes_sd_configs: [{role: pod}]}
  - {job_name: node, static_configs: [{targets: ["n:9100"]}]}
""",
    "targets.yml": '[{"targets": ["gw.example.com"], "labels": {"site": "a"}}]\n',
    "rules.yml": """\
groups:
  - name: probes
    rules:
      - {alert: Down, expr: 'probe_success{job="web"} == 0', for: 5m, labels: {severity: warning}, annotations: {summary: "{{ $labels.instance }} is down"}}
      - {alert: Cert, expr: "probe_ssl_earliest_cert_expiry - time() < 86400 * 14"}
      - {alert: Slow, expr: "probe_duration_seconds > 2"}
      - {record: x, expr: y}
""",
}

UPPTIME = """\
owner: acme
repo: status
sites:
  - name: Shop
    url: https://shop.example.com
    expectedStatusCodes: [200, 201]
    maxResponseTime: 5000
    headers: ["Authorization: Bearer $SHOP_TOKEN", "X-Key: topsecret1", "A: b"]
    method: POST
    body: '{"a": 1}'
    tags: [critical, "two words"]
    __dangerous__insecure: true
    __dangerous__body_down: Error
    __dangerous__body_degraded: Slow
  - {name: Shop, url: $SECRET_SITE}
  - {name: DB, check: tcp-ping, url: db.example.com, port: 5432}
  - {name: Live, check: ws, url: "wss://live.example.com"}
  - {name: Cert, check: ssl, url: "ldap.example.com", port: 636}
  - {name: Odd, check: smoke, url: x}
  - {name: Six, url: "https://six.example.com", ipv6: true, surprise: 1}
workflowSchedule: {uptime: "*/10 * * * *"}
notifications:
  - {type: slack, channel: C1}
  - {type: pigeon}
status-website:
  cname: status.example.com
  name: Acme
  introTitle: "**Acme** is [up](https://acme.example)"
  navbar: [{title: Home, href: "https://acme.example"}, {title: x, href: /}]
  theme: night
assignees: [ada]
"""

CSTATE = {
    "config.yml": """\
title: Acme
params:
  categories: [{name: Shop}]
  systems:
    - {name: Checkout, category: Shop, description: pays}
    - {name: Search, category: Shop, link: "https://x.example"}
    - {name: Search}
  brand: "#fff"
languageCode: en
enableGitInfo: true
""",
    "content/issues/a.md": """\
---
title: Checkout is "slow"
date: 2026-01-02 10:00:00
resolved: true
resolvedWhen: 2026-01-02 12:00:00
severity: disrupted
affected: [Checkout, Gone]
section: issue
---
*Post-mortem*

We learned something.

---

*Resolved* - It is over. {{< track "2026-01-02 11:50:00" >}}

*Investigating* - We look at ${this}. {{< track "2026-01-02 10:00:00" >}}
""",
    "content/issues/b.md": '+++\ntitle = "Notice"\ndate = 2026-02-03T00:00:00Z\ninformational = true\n+++\nSomething **new**.\n',
    "content/issues/c.md": '{"title": "J", "date": "2026-02-03T00:00:00Z", "severity": "down", "affected": ["Search"]}\nNo structure.\n',
    "content/issues/d.md": "---\ntitle: No date\n---\nx\n",
    "content/issues/e.md": "---\ntitle: Draft\ndate: 2026-01-01\ndraft: true\n---\nx\n",
}

STATUSPAGE = {
    "summary.json": """\
{"page": {"id": "p", "name": "Acme", "url": "https://status.acme.example", "domain": "status.acme.example"},
 "components": [
  {"id": "g", "name": "Shop", "group": true, "components": ["c1", "c2"], "status": "operational"},
  {"id": "c1", "name": "Checkout", "group_id": "g", "status": "major_outage", "description": "pays"},
  {"id": "c2", "name": "Search", "group_id": "g", "status": "operational", "automation_email": "x@y"},
  {"id": "c3", "name": "Checkout", "status": "degraded_performance"}],
 "incidents": [
  {"id": "i1", "name": "Down", "status": "monitoring", "impact": "critical", "created_at": "2026-01-01T00:00:00.000Z", "components": [{"id": "c1"}],
   "incident_updates": [{"status": "monitoring", "body": "<b>Fixed</b> &amp; watched<br>now", "created_at": "2026-01-01T01:00:00Z"}, {"status": "investigating", "body": "We look", "created_at": "2026-01-01T00:00:00Z"}, {"status": "odd", "body": "", "created_at": ""}]}],
 "scheduled_maintenances": [
  {"id": "m1", "name": "Upgrade", "status": "scheduled", "scheduled_for": "2026-12-01T00:00:00Z", "scheduled_until": "2026-12-01T02:00:00Z", "components": [{"id": "c2"}], "incident_updates": [{"body": "b"}, {"body": "a"}]},
  {"id": "m2", "name": "Odd", "scheduled_for": "x"}]}
""",
    "incidents.json": '[{"id": "i1", "name": "Down", "incident_updates": []}, {"id": "i2", "name": "Old", "status": "resolved", "impact": "minor", "created_at": "2025-01-01T00:00:00Z", "incident_updates": []}]',
    "subscribers.csv": "email\na@b.example\n",
}

ALL: dict[str, dict[str, str]] = {
    "gatus": {"config.yaml": GATUS},
    "kuma": {"backup.json": KUMA},
    "blackbox": BLACKBOX,
    "upptime": {".upptimerc.yml": UPPTIME},
    "cstate": CSTATE,
    "statuspage": STATUSPAGE,
}
