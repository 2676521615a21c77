UPDATE customer SET
    parts = CASE WHEN
        EXISTS (SELECT 1 FROM assignment AS part WHERE part.live = customer.live AND part.customer = customer.id)
        OR EXISTS (SELECT 1 FROM overrule AS part WHERE part.live = customer.live AND part.customer = customer.id)
        OR EXISTS (SELECT 1 FROM bonus AS part WHERE part.live = customer.live AND part.customer = customer.id)
    THEN json_array(
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM assignment AS part
            WHERE part.live = customer.live AND part.customer = customer.id)),
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM overrule AS part
            WHERE part.live = customer.live AND part.customer = customer.id)),
        json((SELECT json_group_array(json(body) ORDER BY created, seq) FROM bonus AS part
            WHERE part.live = customer.live AND part.customer = customer.id))
    ) END,
    counters = (SELECT seq FROM counters AS part WHERE part.live = customer.live AND part.id = customer.id);
