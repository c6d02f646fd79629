-- Rows {from} to {to} of the register of {year} as an office's system exports it: the same rows for the same numbers,
-- computed with nothing but integers so that no version of an engine draws others.
--
-- Shares of fields, outcomes, channels, kinds of applicants and fees are those of the bundled register of 2020 to 2023
-- (603 dossiers); how long a dossier takes follows its outcome and its term.
CREATE MACRO scatter(n, salt) AS (
    xor(n * 48271 % 2147483647, (n * 48271 % 2147483647) // 32768) * (40014 + 2 * salt) % 2147483563
);
CREATE MACRO share(n, salt, whole) AS (scatter(n, salt) // 7 % whole);

CREATE TABLE procedures AS
SELECT p,
       printf('%d.%06d', 1 + p % 3, 100 + 251 * p) AS code,
       ['Cấp giấy phép', 'Cấp lại giấy phép', 'Gia hạn giấy phép', 'Bổ sung giấy phép', 'Sửa đổi giấy phép', 'Phê duyệt kế hoạch',
        'Đăng ký công bố', 'Thẩm định hồ sơ', 'Khai báo', 'Chứng nhận'][1 + p % 10] || ' '
       || ['sử dụng thiết bị X-quang chẩn đoán trong y tế', 'tiến hành công việc bức xạ', 'ứng phó sự cố bức xạ cấp cơ sở', 'hợp chuẩn',
           'hợp quy', 'đo lường', 'hoạt động khoa học và công nghệ'][1 + p // 10 % 7] || ' (mẫu ' || (p // 70 + 1) || ')' AS name,
       CASE WHEN p * 97 % 603 < 285 THEN 'Tiêu chuẩn đo lường chất lượng'
            WHEN p * 97 % 603 < 522 THEN 'Năng lượng nguyên tử, an toàn bức xạ hạt nhân'
            WHEN p * 97 % 603 < 591 THEN 'Khoa học và công nghệ'
            ELSE 'Sở hữu trí tuệ' END AS field,
       5 + p * 13 % 25 AS term
FROM range(400) r(p);

CREATE TABLE rows AS
SELECT n,
       share(n + {year} * 1000003, 1, 400) * share(n + {year} * 1000003, 2, 400) // 400 AS p,
       share(n + {year} * 1000003, 3, 603) AS outcome,
       share(n + {year} * 1000003, 4, 603) AS fee,
       share(n + {year} * 1000003, 5, 603) AS channel,
       share(n + {year} * 1000003, 6, 603) AS kind,
       share(n + {year} * 1000003, 7, 720) AS unit,
       share(n + {year} * 1000003, 8, 100) AS part,
       share(n + {year} * 1000003, 9, greatest({rows} * 4 // 5, 1)) AS applicant,
       make_date({year}, 1, 1) + CAST(share(n + {year} * 1000003, 10, 350) AS INTEGER) AS received,
       450 + share(n + {year} * 1000003, 11, 560) AS minute
FROM range({from}, {to}) r(n);

COPY (
    SELECT printf('H41.24-%02d-%08d', {year} % 100, n) AS "Mã hồ sơ",
           code AS "Mã TTHC",
           name AS "Tên TTHC",
           field AS "Lĩnh vực",
           ['Phòng Quản lý chuyên ngành', 'Ủy ban nhân dân xã', 'Trung tâm Phục vụ hành chính công', 'Chi cục Tiêu chuẩn'][1 + unit % 4]
               || ' số ' || unit AS "Đơn vị giải quyết",
           CASE WHEN kind < 316 THEN 'Tổ chức' WHEN kind < 519 THEN 'Doanh nghiệp' ELSE 'Cá nhân' END AS "Đối tượng",
           printf('%012d', 30000000000 + applicant) AS "Số CCCD",
           CASE WHEN channel < 465 THEN 'Trực tiếp' WHEN channel < 578 THEN 'Trực tuyến' ELSE 'Bưu chính công ích' END AS "Hình thức nộp",
           strftime(received, '%d/%m/%Y') || printf(' %02d:%02d', minute // 60, minute % 60) AS "Ngày tiếp nhận",
           strftime(received + CAST(term AS INTEGER), '%d/%m/%Y') AS "Ngày hẹn trả",
           CASE WHEN outcome < 503 THEN strftime(received + CAST(1 + part * (term - 2) // 100 AS INTEGER), '%d/%m/%Y') || ' 15:30'
                WHEN outcome < 549 THEN strftime(received + CAST(term AS INTEGER), '%d/%m/%Y') || ' 10:00'
                WHEN outcome < 571 THEN strftime(received + CAST(term + 1 + part // 4 AS INTEGER), '%d/%m/%Y') || ' 16:00'
                WHEN outcome < 586 THEN strftime(received + 2, '%d/%m/%Y') || ' 09:00' END AS "Ngày trả kết quả",
           CASE WHEN outcome < 503 THEN 'Trước hạn' WHEN outcome < 549 THEN 'Đúng hạn' WHEN outcome < 571 THEN 'Quá hạn'
                WHEN outcome < 580 THEN 'Trả lại' WHEN outcome < 586 THEN 'Rút hồ sơ' WHEN outcome < 594 THEN 'Đang giải quyết'
                WHEN outcome < 598 THEN 'Đang giải quyết quá hạn' END AS "Kết quả",
           CASE WHEN fee < 170 THEN '0' WHEN fee < 336 THEN '150000' WHEN fee < 407 THEN '3000000' WHEN fee < 470 THEN '500000'
                WHEN fee < 502 THEN '200000' WHEN fee < 528 THEN '1000000' WHEN fee < 552 THEN '2250000' WHEN fee < 558 THEN '250000'
                END AS "Lệ phí"
    FROM rows JOIN procedures USING (p)
    ORDER BY n
) TO '{target}' (FORMAT csv, HEADER true);
